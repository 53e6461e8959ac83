"""The other way round: rows and copies of ours whose object Stripe does not have."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from customers.models import Customer
from payments import mirror
from payments.models import Dispute, Invoice, Payment, Refund
from payments.services.reconcile.found import Found, Kind

# Which row of ours names objects of which type, and where.
NAMES: dict[str, tuple[type[Model], str]] = {
    "payment_intent": (Payment, "stripe_payment_intent_id"),
    "checkout.session": (Payment, "stripe_checkout_session_id"),
    "refund": (Refund, "stripe_refund_id"),
    "dispute": (Dispute, "stripe_dispute_id"),
    "invoice": (Invoice, "stripe_invoice_id"),
    "customer": (Customer, "stripe_customer_id"),
}
# May still change, so they are compared however old they are.
OPEN: dict[type[Model], Q] = {
    # One that waits for a card is found by its charge, should it ever get one.
    Payment: Q(status__in=[Payment.Status.PROCESSING, Payment.Status.REQUIRES_ACTION]),
    Refund: Q(status__in=[Refund.Status.PENDING, Refund.Status.REQUIRES_ACTION]),
    Dispute: ~Q(status__in=Dispute.CLOSED),
    Invoice: Q(status__in=Invoice.ACTIVE),
}
# Rows that claim nothing any more.
OVER = ("canceled", "failed", "void")


def named_by_rows(object_type: str, *, since: datetime | None) -> QuerySet[Any, Any]:
    """Return the ids that our rows name: of those made since then, and of the open ones."""
    model, field = NAMES[object_type]
    rows: QuerySet[Any, Any] = model._default_manager.exclude(**{f"{field}__isnull": True})
    if since:
        rows = rows.filter(Q(created_at__gte=since) | OPEN.get(model, Q(pk__in=[])))
    return rows.values_list(field, flat=True)


def copies(object_type: str, *, since: datetime | None) -> QuerySet[Any, Any]:
    """Return the ids of the mirror's copies, but for those marked as deleted."""
    rows = mirror.MODELS[object_type].objects.exclude(stripe_data__contains={"deleted": True})
    lately: QuerySet[Any, Any] = rows.filter(created__gte=since) if since else rows
    return lately.values_list("id", flat=True)


def check(object_type: str, object_id: str) -> Iterator[Found]:
    """Find what we have of an object that Stripe does not have."""
    about: dict[str, Any] = {"object_type": object_type, "object_id": object_id}
    if object_type in NAMES:
        model, field = NAMES[object_type]
        for row in model._default_manager.filter(**{field: object_id}):
            if getattr(row, "status", "") in OVER:
                continue
            yield Found(
                kind=Kind.GONE_AT_STRIPE,
                reason=f"Our {model._meta.verbose_name} names {object_id}, Stripe has no such "
                "thing.",
                by_hand=_by_hand(object_type, row),
                **about,
            )
    if object_id in copies(object_type, since=None).filter(id=object_id):
        yield Found(
            kind=Kind.MIRROR_EXTRA,
            reason=f"The mirror has {object_id}, Stripe has no such thing.",
            **about,
        )


def _by_hand(object_type: str, row: Any) -> str:
    is_paid = getattr(row, "status", "") == Payment.Status.SUCCEEDED
    if isinstance(row, Dispute | Customer) or (object_type == "checkout.session" and is_paid):
        return "look in Stripe's dashboard for what it should name."
    return ""
