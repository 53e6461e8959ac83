"""The Payment Element on the frontend's own page: https://docs.stripe.com/payments/payment-element."""

from datetime import datetime
from typing import Any

from payments import gateway, mirror
from payments.errors import GatewayBroken, GatewayRejected
from payments.models import Payment
from payments.services.intents import apply_payment_intent
from payments.services.refused import mark_refused
from payments.services.stripe_customers import with_stripe_customer
from payments.services.stuck import made_after_all

Json = dict[str, Any]


def send(payment: Payment, *, now: datetime) -> Json:
    """Return the attempt's PaymentIntent, making it if there is none. The same attempt makes one.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    if payment.stripe_payment_intent_id:
        intent = gateway.retrieve_payment_intent(payment.stripe_payment_intent_id)
        apply_payment_intent(intent, as_of=None, now=now)
    else:
        intent = _create(payment)
        apply_payment_intent(intent, as_of=None, now=now)
        mirror.store(intent)
    return intent


def close(payment: Payment, *, now: datetime) -> None:
    """Cancel the attempt's PaymentIntent, or take in that it was paid before we could.

    Raises:
        GatewayUnavailable: it stays open.
    """
    try:
        intent = send(payment, now=now)
    except (GatewayRejected, GatewayBroken):
        if payment.stripe_payment_intent_id:
            raise
        return  # there is nothing to close
    if intent["status"] in ("succeeded", "canceled"):
        return
    try:
        intent = gateway.cancel_payment_intent(intent["id"])
    except GatewayRejected:
        intent = gateway.retrieve_payment_intent(intent["id"])
    apply_payment_intent(intent, as_of=None, now=now)


def _create(payment: Payment) -> Json:
    try:
        return with_stripe_customer(
            payment.customer_id,
            lambda customer: gateway.create_payment_intent(
                params=_params(payment, customer), key=f"payment-intent-{payment.pk}-{customer}"
            ),
        )
    except GatewayRejected as error:
        mark_refused(payment_id=payment.pk, error=error)
        raise
    except GatewayBroken as error:
        return made_after_all(payment, "payment_intent", error=error)


def _params(payment: Payment, customer: str) -> Json:
    booking = payment.booking
    return {
        "amount": payment.amount,
        "currency": payment.currency,
        "customer": customer,
        "automatic_payment_methods": {"enabled": True},
        "description": f"{payment.get_payment_type_display()} for {booking.reference}",
        "metadata": {"payment_id": str(payment.pk), "booking_id": str(booking.pk)},
    }
