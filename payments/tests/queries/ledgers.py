"""Ledgers for tests of what is read from them."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from payments.models import LedgerEntry, Payment
from payments.tests.factories import stripe_id

VENUE = ZoneInfo("America/Los_Angeles")


def at_venue(day: date, clock: time = time(12)) -> datetime:
    """Return a moment by the venue's clock."""
    return datetime.combine(day, clock, tzinfo=VENUE)


def entry(payment: Payment, kind: str, amount: int, at: datetime, **more: Any) -> LedgerEntry:
    """Write an entry as it is, whatever the rest of the system would make of it."""
    return LedgerEntry.objects.create(
        booking_id=payment.booking_id,
        payment=payment,
        kind=kind,
        amount=amount,
        occurred_at=at,
        **{"cause": f"{kind}:{stripe_id('x')}"} | more,
    )
