"""What somebody would type into a search box or a filter, and whose pages they would open."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from bookings.models import Booking
from payments.models import Payment, Refund

# By what a parameter's name says. The widest values: narrow ones are quicker.
LOW, HIGH = ("from", "gte", "min", "after"), ("to", "lte", "lt", "max", "until", "before")


def searches() -> dict[str, str]:
    """Return what people search by, for what is there and for what is not."""
    booking = Booking.objects.select_related("customer").order_by("reference")[400]
    payment = Payment.objects.exclude(stripe_charge_id=None).order_by("amount", "id")[600]
    refund = Refund.objects.exclude(stripe_refund_id=None).order_by("id")[100]
    known = {
        "first name": "Maria",
        "name": booking.contact_name,
        "one letter": "a",
        "email": booking.contact_email,
        "part of an email": "guest123",
        "phone": booking.contact_phone,
        "end of a phone": booking.contact_phone[-4:],
        "reference": booking.reference,
        "PaymentIntent": payment.stripe_payment_intent_id or "",
        "refund": refund.stripe_refund_id or "",
        "amount": "100.00",
        "rare amount": "$1,234.56",
    }
    return known | {"nothing": "zqxjk"}


def objects_of(model_admin: Any) -> Iterator[Any]:
    """Yield the keys of an early row and of one in the middle."""
    rows = model_admin.model._default_manager.order_by("pk").values_list("pk", flat=True)
    for place in {5, rows.count() // 2}:
        yield from rows[place : place + 1]


def sample_of(spec: Any) -> Iterator[str]:
    """Yield the query of a filter that is a form: all that there is, and a part of it."""
    names = spec.expected_parameters() if hasattr(spec, "expected_parameters") else []
    ends = {name: name.replace("-", "_").rsplit("_", 1)[-1] for name in names}
    lows = [name for name, end in ends.items() if end in LOW]
    highs = [name for name, end in ends.items() if end in HIGH]
    today = timezone.localdate()
    for low, high in (
        ((today - dt.timedelta(700)).isoformat(), today.isoformat()),
        ((today - dt.timedelta(30)).isoformat(), today.isoformat()),
        ("1", "9999"),
        ("1234", "1235"),
    ):
        if lows or highs:
            yield "?" + urlencode(dict.fromkeys(lows, low) | dict.fromkeys(highs, high))
