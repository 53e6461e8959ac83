"""Statements for tests, and what becomes of them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from bookings.models import Booking
from customers.models import User
from customers.tests.factories import UserFactory
from payments.models import MoneyIn
from payments.services.money_in.imports import Imported, import_statement
from payments.services.money_in.plan import plan_import

HEADINGS = "Date,Name,Amount,Memo,Transaction ID"


def today() -> dt.date:
    return timezone.localdate()


def statement(*rows: str) -> str:
    """Return a statement of today; each row is "name,amount,memo" and perhaps the bank's number."""
    return "\n".join([HEADINGS, *(f"{today().isoformat()},{row}" for row in rows)])


def import_all(text: str, *, actor: User | None = None, method: str = "zelle") -> Imported:
    """Look at what it would do, and agree."""
    now = timezone.now()
    plan = plan_import(text=text, method=method, now=now)
    return import_statement(
        text=text,
        source="pasted",
        method=method,
        seen=plan.digest,
        actor=actor or UserFactory(role="support"),
        now=now,
    )


def inbox() -> list[tuple[str, int, str]]:
    """Return who sent what that nobody has decided about, and the state of all the rest."""
    rows = MoneyIn.objects.order_by("sender", "amount", "status")
    return list(rows.values_list("sender", "amount", "status"))


def money_of(booking: Booking) -> tuple[str, int, list[Any]]:
    """Return a booking's status, what is paid of it, and each payment."""
    booking.refresh_from_db()
    paid = booking.payments.order_by("-payment_type", "amount")
    return booking.status, booking.paid, list(paid.values_list("method", "payment_type", "amount"))
