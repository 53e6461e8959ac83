"""Parties that customers have paid for, at the sandbox or by hand."""

from typing import Any

from django.utils import timezone

from bookings.models import Booking
from customers.tests.factories import UserFactory
from payments.models import Payment, Refund
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.manual import record_manual_payment
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe


def pay(booking: Booking, **wanted: Any) -> Payment:
    """Pay by card what is due next, or what is `wanted`, and know of it."""
    payment = pay_unheard(booking, **wanted)
    refresh_payment(payment_id=payment.pk, now=timezone.now())
    payment.refresh_from_db()
    booking.refresh_from_db()
    return payment


def pay_unheard(booking: Booking, *, card: str = "pm_card_visa", **wanted: Any) -> Payment:
    """Pay by card at Stripe, which has not told us yet."""
    asked = Wanted(
        booking_id=booking.pk,
        user=booking.customer.user or UserFactory(),
        surface=Payment.Surface.ELEMENTS,
        **wanted,
    )
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    stripe.confirm(payment, card)
    return payment


def pay_by_hand(
    booking: Booking, *, amount: int, method: str = "zelle", payment_type: str | None = None
) -> Payment:
    """Let staff record what came without Stripe."""
    payment = record_manual_payment(
        booking_id=booking.pk,
        method=method,
        amount=amount,
        payment_type=payment_type,
        actor=UserFactory(role="support"),
        now=timezone.now(),
    )
    booking.refresh_from_db()
    return payment


def made_at_stripe() -> list[int]:
    """Return what Stripe has been asked to refund, in cents, the smallest first."""
    return sorted(found["amount"] for found in stripe.call("GET", "refunds", limit=100)["data"])


def refunds_of(booking: Booking) -> list[tuple[str, int, str]]:
    """Return the booking's refunds as (method, cents, status)."""
    rows = Refund.objects.filter(payment__booking=booking).order_by("created_at")
    return list(rows.values_list("payment__method", "amount", "status"))
