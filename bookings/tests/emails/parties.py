"""A party whose every word is known, for e-mails that are compared as a whole."""

import datetime as dt
from typing import Any, TypeVar

from bookings import slots
from bookings.models import HOLDS_SLOT, Booking, Quote, Status
from bookings.pricing import Item
from bookings.services import Order
from bookings.services.create import order_columns
from bookings.services.orders import check
from bookings.tests.factories import default_rules
from customers.models import Customer

Row = TypeVar("Row", Booking, Quote)

NOW = dt.datetime.fromisoformat("2027-06-01T16:40:00-07:00")
DATE, TIME = dt.date(2027, 6, 12), dt.time(18)
ORDER = Order(
    adults=10,
    children=2,
    location="9 Oak Ave, San Jose, CA 95112",
    add_ons=(Item(code="lobster", quantity=2),),
    proteins=(Item(code="chicken", quantity=12), Item(code="steak", quantity=10)),
)


def party(**columns: Any) -> Booking:
    """Return a held party of Devi Guest's, of twelve on a Saturday evening, not saved."""
    values = {
        "reference": "H-7KQ3XWM",
        "starts_at": slots.starts_at(columns.get("date", DATE), columns.get("time", TIME)),
        "hold_expires_at": NOW + dt.timedelta(hours=2),
        "seat": 1 if columns.get("status", Status.PENDING) in HOLDS_SLOT else None,
    }
    return Booking(**_common() | values | columns)


def confirmed(**columns: Any) -> Booking:
    """Return the same party with its deposit paid."""
    paid = {"status": Status.CONFIRMED, "paid": 10000, "confirmed_at": NOW}
    return party(**paid | {"hold_expires_at": None} | columns)


def offer(**columns: Any) -> Quote:
    """Return a quote for the same party, not saved."""
    until = NOW + dt.timedelta(days=14)
    sent = {"status": Quote.Status.SENT, "sent_at": NOW, "expires_at": until}
    return Quote(**_common() | {"reference": "Q-7KQ3XWM"} | sent | columns)


def saved(row: Row) -> Row:
    """Save it, with a customer."""
    row.customer = Customer.objects.create(name="Devi Guest", email="devi@myhibachi.test")
    row.save()
    return row


def _common() -> dict[str, Any]:
    return {
        "contact_name": "Devi Guest",
        "contact_email": "devi@myhibachi.test",
        "date": DATE,
        "time": TIME,
        "created_at": NOW,
        "rules_snapshot": default_rules().to_json(),
        **order_columns(check(default_rules(), ORDER)),
    }
