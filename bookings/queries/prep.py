"""What the kitchen has to know of a party, and of a day."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from bookings import pricing
from bookings.models import Booking, Status

COOKED = (Status.CONFIRMED, Status.COMPLETED)


@dataclass(frozen=True, kw_only=True)
class Portion:
    """So many of an add-on or a protein, by the name a cook reads."""

    name: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class PrepSheet:
    """One party, as its chef takes it along. Times are local to the venue, money is cents.

    Attributes:
        proteins_due: how many the party is to choose: so many for each paying guest.
        choose_until: from then on the proteins stay as they are.
        to_collect: what is left to pay; nothing where the party doesn't take place.
    """

    booking: Booking
    arrives_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    proteins: tuple[Portion, ...]
    proteins_due: int
    choose_until: dt.datetime
    add_ons: tuple[Portion, ...]
    to_collect: int

    @property
    def proteins_chosen(self) -> int:
        return sum(portion.quantity for portion in self.proteins)

    @property
    def proteins_missing(self) -> int:
        return max(self.proteins_due - self.proteins_chosen, 0)


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """What a day's parties come to; money in cents."""

    parties: int
    guests: int
    adults: int
    children: int
    toddlers: int
    proteins: tuple[Portion, ...]
    proteins_missing: int
    add_ons: tuple[Portion, ...]
    to_collect: int


@dataclass(frozen=True, kw_only=True)
class PrepDay:
    """A day's parties, by time and seat; those that are not confirmed apart and not in `totals`."""

    date: dt.date
    sheets: tuple[PrepSheet, ...]
    unconfirmed: tuple[PrepSheet, ...]
    totals: DayTotals


def prep_day(date: dt.date) -> PrepDay:
    """Return what is to be cooked on a local date. One query."""
    held = Booking.objects.filter(date=date, status__in=(*COOKED, Status.PENDING))
    sheets = [prep_sheet(booking) for booking in held.order_by("time", "seat")]
    cooked = tuple(sheet for sheet in sheets if sheet.booking.status in COOKED)
    return PrepDay(
        date=date,
        sheets=cooked,
        unconfirmed=tuple(sheet for sheet in sheets if sheet.booking.status == Status.PENDING),
        totals=_totals(cooked),
    )


def next_date(date: dt.date) -> dt.date | None:
    """Return the first local date after this one with a confirmed party."""
    later: QuerySet[Booking] = Booking.objects.filter(date__gt=date, status__in=COOKED)
    return later.order_by("date").values_list("date", flat=True).first()


def prep_sheet(booking: Booking) -> PrepSheet:
    """Return a booking as its chef needs it, by the rules it was made under. No query."""
    rules = booking.rules
    labels = {add_on.code: add_on.label for add_on in rules.add_ons}
    start = booking.starts_at.astimezone(dt.UTC)
    lasts = pricing.duration_minutes(rules, guests=booking.guests)
    return PrepSheet(
        booking=booking,
        arrives_at=_local(start - dt.timedelta(minutes=rules.arrival_minutes)),
        starts_at=_local(start),
        ends_at=_local(start + dt.timedelta(minutes=lasts)),
        proteins=tuple(
            Portion(name=_words(item["code"]), quantity=item["quantity"])
            for item in booking.proteins
        ),
        proteins_due=rules.proteins_per_guest * (booking.adults + booking.children),
        choose_until=_local(start - dt.timedelta(hours=rules.protein_choice_hours)),
        add_ons=tuple(
            Portion(name=labels.get(item["code"], _words(item["code"])), quantity=item["quantity"])
            for item in booking.add_ons
        ),
        to_collect=booking.balance if booking.holds_slot else 0,
    )


def _totals(sheets: tuple[PrepSheet, ...]) -> DayTotals:
    bookings = [sheet.booking for sheet in sheets]
    return DayTotals(
        parties=len(bookings),
        guests=sum(booking.guests for booking in bookings),
        adults=sum(booking.adults for booking in bookings),
        children=sum(booking.children for booking in bookings),
        toddlers=sum(booking.toddlers for booking in bookings),
        proteins=_summed(portion for sheet in sheets for portion in sheet.proteins),
        proteins_missing=sum(sheet.proteins_missing for sheet in sheets),
        add_ons=_summed(portion for sheet in sheets for portion in sheet.add_ons),
        to_collect=sum(sheet.to_collect for sheet in sheets),
    )


def _summed(portions: Iterable[Portion]) -> tuple[Portion, ...]:
    counts: Counter[str] = Counter()
    for portion in portions:
        counts[portion.name] += portion.quantity
    return tuple(Portion(name=name, quantity=counts[name]) for name in sorted(counts))


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(timezone.get_default_timezone())


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()
