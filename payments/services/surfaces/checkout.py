"""Stripe's hosted page: https://docs.stripe.com/api/checkout/sessions."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from myhibachi.core.tasks import enqueue
from payments import gateway, mirror
from payments.errors import GatewayRejected
from payments.models import Payment
from payments.services.locks import lock_payment
from payments.services.refused import mark_refused
from payments.services.stripe_customers import ensure_stripe_customer

Json = dict[str, Any]

# Stripe wants 30 minutes to 24 hours; the hour leaves room for a repeated call.
SHORTEST_LIFE = timedelta(hours=1)
LONGEST_LIFE = timedelta(hours=23)


def send(payment: Payment, *, now: datetime) -> Json:
    """Return the attempt's Session, making it if there is none. The same attempt makes one.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    if payment.stripe_checkout_session_id:
        session = gateway.retrieve_checkout_session(payment.stripe_checkout_session_id)
    else:
        session = _create(payment)
        mirror.store(session)
    apply_checkout_session(session, now=now)
    return session


def close(payment: Payment, *, now: datetime) -> None:
    """Expire the attempt's Session, or take in that it was paid before we could.

    Raises:
        GatewayUnavailable: it stays open.
    """
    try:
        session = send(payment, now=now)
    except GatewayRejected:
        if payment.stripe_checkout_session_id:
            raise
        return  # there is nothing to close
    if session["status"] != "open":
        return
    try:
        session = gateway.expire_checkout_session(session["id"])
    except GatewayRejected:
        session = gateway.retrieve_checkout_session(session["id"])
    apply_checkout_session(session, now=now)


def apply_checkout_session(session: Json, *, now: datetime) -> None:
    """Take in a Session, from an event or from Stripe's own answer, in any order.

    Its PaymentIntent is what moves money; a paid Session whose intent we have not heard of makes
    us ask Stripe.
    """
    payment_id = as_uuid((session.get("metadata") or {}).get("payment_id"))
    if not Payment.objects.filter(pk=payment_id).exists():
        return
    with transaction.atomic():
        payment = lock_payment(payment_id)
        payment.stripe_checkout_session_id = payment.stripe_checkout_session_id or session["id"]
        payment.awaiting_stripe = False
        intent_id = session.get("payment_intent")
        payment.stripe_payment_intent_id = payment.stripe_payment_intent_id or intent_id
        is_over = session["status"] == "expired" and payment.status in Payment.OPEN
        if is_over:
            audit.record("payment.status", payment, actor=None, status=[payment.status, "canceled"])
            payment.status = Payment.Status.CANCELED
        payment.save()
        if session["status"] == "complete" and payment.status != Payment.Status.SUCCEEDED:
            enqueue("payments.tasks.refresh_payment", payment.pk)


def _create(payment: Payment) -> Json:
    try:
        customer = ensure_stripe_customer(customer_id=payment.customer_id)
        return gateway.create_checkout_session(
            params=_params(payment, customer), key=f"checkout-{payment.pk}"
        )
    except GatewayRejected as error:
        mark_refused(payment_id=payment.pk, error=error)
        raise


def _params(payment: Payment, customer: str) -> Json:
    booking = payment.booking
    metadata = {"payment_id": str(payment.pk), "booking_id": str(booking.pk)}
    name = f"{payment.get_payment_type_display()} for {booking.reference}"
    until = max(booking.hold_expires_at or payment.created_at + LONGEST_LIFE, payment.created_at)
    until = min(max(until, payment.created_at + SHORTEST_LIFE), payment.created_at + LONGEST_LIFE)
    params: Json = {
        "mode": "payment",
        "customer": customer,
        "client_reference_id": booking.reference,
        "line_items": [
            {
                "price_data": {
                    "currency": payment.currency,
                    "unit_amount": payment.amount,
                    "product_data": {"name": name},
                },
                "quantity": 1,
            }
        ],
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": name},
        "expires_at": int(until.timestamp()),
        "success_url": settings.CHECKOUT_SUCCESS_URL,
        "cancel_url": settings.CHECKOUT_CANCEL_URL,
    }
    if settings.ENABLE_AUTOMATIC_TAX:
        params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
    return params
