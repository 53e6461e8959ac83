"""From any of Stripe's ids to the bookings it is about."""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking
from payments.models import Dispute, EarlyFraudWarning, Invoice, Payment, Refund, WebhookEvent

STRIPE_ID = re.compile(r"[a-z]{2,7}_\w+", re.ASCII)


def bookings_of(stripe_id: str) -> QuerySet[Booking]:
    """Return the bookings that an object of Stripe's is about; an event's are those of its object.

    None where we don't know it.
    """
    prefix = stripe_id.split("_", 1)[0]
    if prefix == "evt":
        about = WebhookEvent.objects.filter(stripe_event_id=stripe_id).values_list("object_id")
        [object_id] = about.first() or [""]
        return Booking.objects.none() if object_id[:4] == "evt_" else bookings_of(object_id)
    if prefix == "cus":
        return Booking.objects.filter(customer__stripe_customer_id=stripe_id)
    find = FIND.get(prefix)
    return Booking.objects.filter(pk__in=find(stripe_id)) if find else Booking.objects.none()


def _column(rows: QuerySet[Any], field: str, booking: str) -> Callable[[str], QuerySet[Any]]:
    return lambda stripe_id: rows.filter(**{field: stripe_id}).values(booking)


_charges = _column(Payment.objects.all(), "stripe_charge_id", "booking")
_refunds = _column(Refund.objects.all(), "stripe_refund_id", "payment__booking")
_disputes = _column(Dispute.objects.all(), "stripe_dispute_id", "payment__booking")
# By the prefix that tells Stripe's objects apart, so that one index answers.
FIND: dict[str, Callable[[str], QuerySet[Any]]] = {
    "pi": _column(Payment.objects.all(), "stripe_payment_intent_id", "booking"),
    "cs": _column(Payment.objects.all(), "stripe_checkout_session_id", "booking"),
    "ch": _charges,
    "py": _charges,
    "re": _refunds,
    "pyr": _refunds,
    "du": _disputes,
    "dp": _disputes,
    "in": _column(Invoice.objects.all(), "stripe_invoice_id", "booking"),
    "issfr": _column(
        EarlyFraudWarning.objects.all(), "stripe_early_fraud_warning_id", "payment__booking"
    ),
}
