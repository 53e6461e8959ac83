"""Stripe's hosted page: https://docs.stripe.com/api/checkout/sessions."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from bookings.links import link
from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from myhibachi.core.tasks import enqueue
from payments import gateway, mirror
from payments.errors import GatewayBroken, GatewayRejected
from payments.models import Payment
from payments.services.intents import apply_payment_intent
from payments.services.locks import lock_payment
from payments.services.refused import mark_refused
from payments.services.stripe_customers import with_stripe_customer
from payments.services.stuck import made_after_all
from payments.services.tax import NONTAXABLE, is_automatic, split_payment

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
        session = _retrieve(payment.stripe_checkout_session_id)
        apply_checkout_session(session, now=now)
    else:
        session = _create(payment)
        apply_checkout_session(session, now=now)
        mirror.store(session)
    return session


def close(payment: Payment, *, now: datetime) -> None:
    """Expire the attempt's Session, or take in that it was paid before we could.

    Raises:
        GatewayUnavailable: it stays open.
    """
    try:
        session = send(payment, now=now)
    except (GatewayRejected, GatewayBroken):
        if payment.stripe_checkout_session_id:
            raise
        return  # there is nothing to close
    if session["status"] != "open":
        return
    try:
        session = gateway.expire_checkout_session(session["id"])
    except GatewayRejected:
        session = _retrieve(session["id"])
    apply_checkout_session(session, now=now)


def apply_checkout_session(session: Json, *, now: datetime) -> None:
    """Take in a Session, from an event or from Stripe's own answer, in any order.

    Its PaymentIntent is what moves money. An answer carries it; after an event we ask Stripe for
    it, unless we have heard that it succeeded.
    """
    payment_id = as_uuid((session.get("metadata") or {}).get("payment_id"))
    if not Payment.objects.filter(pk=payment_id).exists():
        return
    with transaction.atomic():
        payment = lock_payment(payment_id)
        payment.stripe_checkout_session_id = payment.stripe_checkout_session_id or session["id"]
        payment.awaiting_stripe = False
        intent = session["payment_intent"]
        intent_id = intent["id"] if isinstance(intent, dict) else intent
        payment.stripe_payment_intent_id = payment.stripe_payment_intent_id or intent_id
        if _is_over(session) and payment.status in Payment.OPEN:
            audit.record("payment.status", payment, actor=None, status=[payment.status, "canceled"])
            payment.status = Payment.Status.CANCELED
        payment.save()
        if isinstance(intent, dict):
            apply_payment_intent(intent, as_of=None, now=now)
        elif session["status"] == "complete" and payment.status != Payment.Status.SUCCEEDED:
            enqueue("payments.tasks.refresh_payment", payment.pk)


def _is_over(session: Json) -> bool:
    """Whether nobody can pay it any more: it expired, or its bank debit failed after all."""
    intent = session["payment_intent"]
    has_failed = isinstance(intent, dict) and intent["status"] == "requires_payment_method"
    return session["status"] == "expired" or (session["status"] == "complete" and has_failed)


def _retrieve(session_id: str) -> Json:
    return gateway.retrieve_checkout_session(session_id, expand=["payment_intent"])


def _create(payment: Payment) -> Json:
    try:
        return with_stripe_customer(
            payment.customer_id,
            lambda customer: gateway.create_checkout_session(
                params=_params(payment, customer), key=f"checkout-{payment.pk}-{customer}"
            ),
        )
    except GatewayRejected as error:
        mark_refused(payment_id=payment.pk, error=error)
        raise
    except GatewayBroken as error:
        made = made_after_all(payment, "checkout.session", error=error)
        return _retrieve(made["id"])


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
        "line_items": _lines(payment, name),
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": name},
        # The customer is asked whether the card may be kept, for `saved_cards`.
        "saved_payment_method_options": {"payment_method_save": "enabled"},
        "expires_at": int(until.timestamp()),
        "success_url": settings.CHECKOUT_SUCCESS_URL,
        "cancel_url": settings.CHECKOUT_CANCEL_URL or link("pay-booking", booking),
    }
    if is_automatic(booking):
        params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
    return params


def _lines(payment: Payment, name: str) -> list[Json]:
    booking = payment.booking
    if not is_automatic(booking):
        return [_line(payment, payment.amount, {"name": name})]
    parts = split_payment(booking, amount=payment.amount, payment_type=payment.payment_type)
    free = {"name": f"{name}: travel and fees" if parts.taxed else name, "tax_code": NONTAXABLE}
    lines = [(parts.taxed, {"name": name}), (parts.untaxed, free)]
    return [_line(payment, cents, product) for cents, product in lines if cents]


def _line(payment: Payment, cents: int, product: Json) -> Json:
    price = {"currency": payment.currency, "unit_amount": cents, "product_data": product}
    return {"price_data": price | {"tax_behavior": "exclusive"}, "quantity": 1}
