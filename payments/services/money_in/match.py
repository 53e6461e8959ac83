"""The booking that money names by its reference, and why it may still not be that simple."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import QuerySet
from django.utils import timezone

from bookings.models import Booking
from bookings.services.payable import PAYABLE
from myhibachi.core.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH
from myhibachi.core.money import format_cents
from payments.models import Payment

LETTER = f"[{REFERENCE_ALPHABET}]"
# Seven of them, perhaps in groups, and nothing glued to the end.
LETTERS = rf"(?:{LETTER}[ -]?){{{REFERENCE_LENGTH - 1}}}{LETTER}(?![A-Z0-9])"
# As people type it: any case, no dash or another one, a space too many. Looked for at every place.
REFERENCE = re.compile(rf"(?<![A-Z0-9])(?=H[^A-Z0-9]{{0,3}}({LETTERS}))")
BARE = re.compile(rf"(?<![A-Z0-9])(?=({LETTERS}))")
# Staff may have noted the day it came, the bank the day it cleared.
NOTED_WITHIN = dt.timedelta(days=4)


class Money(Protocol):
    """What a statement tells of a payment; a row of ours or a line not imported yet."""

    @property
    def amount(self) -> int: ...
    @property
    def received_on(self) -> dt.date: ...
    @property
    def sender(self) -> str: ...
    @property
    def memo(self) -> str: ...
    @property
    def bank_reference(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Match:
    """The booking that money names. Where `refusal` says why, a person decides about it."""

    booking: Booking | None
    refusal: str = ""


def named_in(money: Money, pattern: re.Pattern[str] = REFERENCE) -> list[str]:
    """Return the references that are in it, each once, as we write them."""
    text = f"{money.memo}\n{money.sender}\n{money.bank_reference}".upper()
    letters = (re.sub("[ -]", "", found) for found in pattern.findall(text))
    return list(dict.fromkeys(f"H-{each}" for each in letters))


def matches(monies: Sequence[Money]) -> list[Match | None]:
    """Return what each of these names; None where it names no booking of ours.

    They are looked at in order: what one takes of a balance is gone for the next.
    """
    names = [named_in(money) for money in monies]
    known = bookings().filter(reference__in={name for each in names for name in each})
    by_reference = {booking.reference: booking for booking in known}
    by_hand = _recorded_by_hand(by_reference.values())
    taken: Counter[str] = Counter()
    return [
        _match(money, [by_reference[name] for name in each if name in by_reference], by_hand, taken)
        for money, each in zip(monies, names, strict=True)
    ]


def bookings() -> QuerySet[Booking]:
    """Return the bookings with what is needed here, not their bills and rules."""
    return Booking.objects.select_related("customer").defer("lines", "rules_snapshot")


def _match(
    money: Money, found: list[Booking], by_hand: list[Payment], taken: Counter[str]
) -> Match | None:
    if len(found) > 1:
        names = " and ".join(booking.reference for booking in found)
        return Match(booking=None, refusal=f"It names {names}.")
    for booking in found:
        left = booking.balance - taken[booking.reference]
        refusal = next(_refusals(money, booking, left=left, by_hand=by_hand), "")
        if not refusal:
            taken[booking.reference] += money.amount
        return Match(booking=booking, refusal=refusal)
    return None


def _refusals(
    money: Money, booking: Booking, *, left: int, by_hand: list[Payment]
) -> Iterator[str]:
    if booking.status not in PAYABLE:
        yield f"{booking.reference} is {booking.get_status_display().lower()}."
    if left <= 0:
        yield f"{booking.reference} owes nothing more."
    elif money.amount > left:
        yield f"{booking.reference} owes {format_cents(left)}, which is less."
    for payment in by_hand:
        if payment.booking_id == booking.pk and may_be_the_same(money, payment):
            yield f"{payment} was recorded by hand for {booking.reference}; perhaps it is this."


def may_be_the_same(money: Money, payment: Payment) -> bool:
    """Return whether a payment that staff recorded may be this money."""
    if payment.succeeded_at is None or payment.amount != money.amount:
        return False
    return abs(timezone.localdate(payment.succeeded_at) - money.received_on) <= NOTED_WITHIN


def recorded_by_hand() -> QuerySet[Payment]:
    """Return the payments that staff recorded and no line of a statement stands behind."""
    return Payment.objects.succeeded().filter(surface=Payment.Surface.MANUAL, money_in__isnull=True)


def _recorded_by_hand(found: Iterable[Booking]) -> list[Payment]:
    return list(recorded_by_hand().filter(booking__in=[booking.pk for booking in found]))
