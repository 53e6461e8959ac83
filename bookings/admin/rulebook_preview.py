"""What a party would pay under some rules, beside what it pays under those in force today."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import date_format

from bookings import policy, pricing, slots
from bookings.admin.cells import clock
from bookings.admin.items import ItemsField
from bookings.models import RuleBook
from bookings.pricing import Line
from bookings.rules import Rules
from bookings.services.orders import CheckedOrder, Order, check
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents

BUTTON = "_preview"
MOST = 999
# Hours are counted to and from a party, and Python's calendar ends.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2999, 12, 31)


class PreviewForm(forms.Form):
    """A party to price."""

    prefix = "preview"

    adults = forms.IntegerField(initial=12, min_value=0, max_value=MOST)
    children = forms.IntegerField(initial=0, min_value=0, max_value=MOST)
    toddlers = forms.IntegerField(initial=0, min_value=0, max_value=MOST)
    date = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    time = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    location = forms.CharField(
        required=False, max_length=300, label="Address or ZIP", help_text="Empty: no travel."
    )
    add_ons = ItemsField(label="Add-ons", help_text="How many and what, one a line: 2 lobster.")

    def order(self) -> Order:
        """Return what the party orders."""
        names = ("adults", "children", "toddlers", "location", "add_ons")
        return Order(**{name: self.cleaned_data[name] for name in names})

    def start(self) -> dt.datetime:
        """Return when the party begins."""
        return slots.starts_at(self.cleaned_data["date"], self.cleaned_data["time"])


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of two bills; `difference` is cents."""

    label: str
    new: Line | None
    today: Line | None

    @property
    def difference(self) -> int:
        return sum(line.amount for line in (self.new,) if line) - sum(
            line.amount for line in (self.today,) if line
        )


@dataclass(frozen=True, kw_only=True)
class Side:
    """A party under one set of rules.

    Attributes:
        checked: its order and bill; None where the rules don't allow it.
        refused: what they don't allow.
        limits: what else holds for it, by name.
    """

    checked: CheckedOrder | None
    refused: tuple[str, ...]
    limits: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A party under new rules and under today's."""

    new: Side
    today: Side

    @property
    def rows(self) -> list[Row]:
        new, today = (_lines(side) for side in (self.new, self.today))
        return [
            Row(label=line.label, new=new.get(code), today=today.get(code))
            for code, line in {**today, **new}.items()
        ]

    @property
    def sums(self) -> list[tuple[str, int | None, int | None, int | None]]:
        """The total and the deposit: a name, then cents here, today, and the difference."""
        sides = (self.new.checked, self.today.checked)
        totals = [side.priced.total if side else None for side in sides]
        deposits = [side.priced.deposit_due if side else None for side in sides]
        return [_sum("Total", *totals), _sum("Deposit due", *deposits)]

    @property
    def limits(self) -> list[tuple[str, str, str]]:
        return [(name, text, self.today.limits[name]) for name, text in self.new.limits.items()]


def initial(book: RuleBook, today: dt.date) -> dict[str, Any]:
    """Return the party the form starts from: twelve adults, a month into the rules."""
    return {
        "date": max(book.effective_from or today, today) + dt.timedelta(days=30),
        "time": book.slot_times[-1] if book.slot_times else None,
    }


def preview(form: PreviewForm, *, new: RuleBook, now: dt.datetime) -> Preview:
    """Return the party of a valid form under `new` and under the rules in force; saves nothing."""
    today = slots.local_date(now)
    begins = slots.starts_at(new.effective_from or today, dt.time())
    return Preview(
        new=_side(new.rules(), form, booked_at=max(begins, now)),
        today=_side(RuleBook.objects.in_force(today).rules(), form, booked_at=now),
    )


def _side(rules: Rules, form: PreviewForm, *, booked_at: dt.datetime) -> Side:
    refused, checked = [], None
    date, time = form.cleaned_data["date"], form.cleaned_data["time"]
    try:
        checked = check(rules, form.order())
    except DomainError as error:
        refused.append(error.detail)
    try:
        slots.check_bookable(rules, date=date, time=time, now=booked_at)
    except DomainError as error:
        refused.append(error.detail)
    limits = dict(_limits(rules, checked, form.start()))
    return Side(checked=checked, refused=tuple(refused), limits=limits)


def _limits(
    rules: Rules, checked: CheckedOrder | None, start: dt.datetime
) -> Iterator[tuple[str, str]]:
    deposit = checked.priced.deposit_due if checked else rules.deposit
    minutes = rules.hold_minutes
    yield "Deposit", f"{format_cents(deposit)} within {minutes} minutes, or the slot is free again."
    for name, hours in (
        ("Canceled early", rules.cancel_full_refund_hours),
        ("Canceled later", rules.cancel_keep_deposit_hours),
        ("Canceled late", 0),
    ):
        yield name, _cancellation(rules, checked, deposit=deposit, start=start, hours=hours)
    free = f"{rules.free_reschedules} free until {_before(start, rules.reschedule_notice_hours)}"
    yield "Moved", f"{free}; any other {format_cents(rules.reschedule_fee)}."
    yield "Guests may change", f"Until {_before(start, rules.final_count_hours)}."
    yield "Proteins may change", f"Until {_before(start, rules.protein_choice_hours)}."
    yield "The party", _times(rules, checked, start)


def _cancellation(
    rules: Rules, checked: CheckedOrder | None, *, deposit: int, start: dt.datetime, hours: int
) -> str:
    """Return what the policy says `hours` before the party, and what it gives back of it all."""
    total = checked.priced.total if checked else 0
    moment = start - (dt.timedelta(hours=hours) or dt.timedelta(seconds=1))
    said = policy.cancellation(
        rules, paid=total, deposit_due=deposit, starts_at=start, now=moment, confirmed=True
    )
    when = f"Until {_before(start, hours)}" if hours else "After that"
    back = f": {format_cents(said.refund)} of {format_cents(total)}." if checked else "."
    return f"{said.sentence} {when}{back}"


def _times(rules: Rules, checked: CheckedOrder | None, start: dt.datetime) -> str:
    arrival = _local(start - dt.timedelta(minutes=rules.arrival_minutes))
    text = f"The chef arrives at {clock(arrival.time())}"
    if not checked:
        return f"{text}."
    minutes = pricing.duration_minutes(rules, guests=checked.party.guests)
    end = _local(start + dt.timedelta(minutes=minutes))
    return f"{text}; {minutes} minutes, to {clock(end.time())}."


def _before(start: dt.datetime, hours: int) -> str:
    return date_format(_local(start - dt.timedelta(hours=hours)), "D, M j, Y, g:i A")


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(timezone.get_default_timezone())


def _lines(side: Side) -> dict[str, Line]:
    return {line.code: line for line in side.checked.priced.lines} if side.checked else {}


def _sum(
    name: str, new: int | None, today: int | None
) -> tuple[str, int | None, int | None, int | None]:
    difference = None if new is None or today is None else new - today
    return name, new, today, difference
