"""Quotes for tests, made as staff make them: `sent_quote(guests=12)`."""

import datetime as dt
from typing import Any

from bookings.models import Quote
from bookings.pricing import Line
from bookings.services import Order
from bookings.services.quotes import Offer, create_quote, send_quote
from customers.tests.factories import ContactFactory, UserFactory

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)
BIRTHDAY = Line(code="discount", label="Birthday discount", quantity=1, unit_amount=-5000)


def an_offer(**changes: Any) -> Offer:
    """Return a party of eight; `guests`, `add_ons` and the like are the order's."""
    order: dict[str, Any] = {"guests": 8, "location": "1 A St, San Jose, CA"}
    order |= {name: changes.pop(name) for name in Order.__dataclass_fields__ if name in changes}
    offered: dict[str, Any] = {"date": DATE, "time": SIX, "order": Order(**order)}
    return Offer(**offered | changes)


def draft_quote(*, customer: Any = None, now: dt.datetime = NOW, **changes: Any) -> Quote:
    """Return a draft by a member of staff."""
    return create_quote(
        customer=customer or ContactFactory(),
        offer=an_offer(**changes),
        actor=UserFactory(role="support"),
        now=now,
    )


def sent_quote(*, now: dt.datetime = NOW, expires_at: Any = None, **options: Any) -> Quote:
    """Return a quote that its customer can answer."""
    quote = draft_quote(now=now, **options)
    return send_quote(
        quote_id=quote.pk, expires_at=expires_at, actor=UserFactory(role="support"), now=now
    )
