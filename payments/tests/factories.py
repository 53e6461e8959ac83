"""Makes rows for tests. Money that counts goes through the services: `paid_payment(amount=…)`."""

from datetime import datetime
from typing import Any

import factory
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from myhibachi.core.ids import uuid7
from payments.models import Dispute, Invoice, Payment, Refund
from payments.services import intents, stripe_refunds


def stripe_id(prefix: str) -> str:
    """Return an id that looks like one of Stripe's."""
    return f"{prefix}_{uuid7().hex}"


class PaymentFactory(factory.django.DjangoModelFactory):
    """An attempt that nobody has paid; a bare row, which the ledger knows nothing of."""

    class Meta:
        model = Payment

    booking = factory.SubFactory(BookingFactory)
    customer = factory.SelfAttribute("booking.customer")
    method = Payment.Method.STRIPE
    surface = Payment.Surface.CHECKOUT
    payment_type = Payment.Purpose.DEPOSIT
    amount = 10000
    status = Payment.Status.PENDING
    succeeded_at = factory.LazyAttribute(
        lambda o: timezone.now() if o.status == Payment.Status.SUCCEEDED else None
    )


class RefundFactory(factory.django.DjangoModelFactory):
    """A refund that Stripe has not answered yet; a bare row."""

    class Meta:
        model = Refund

    payment = factory.SubFactory(PaymentFactory, status=Payment.Status.SUCCEEDED)
    amount = 5000
    reason = "customer_request"


class DisputeFactory(factory.django.DjangoModelFactory):
    """A dispute that waits for our answer; a bare row."""

    class Meta:
        model = Dispute

    payment = factory.SubFactory(PaymentFactory, status=Payment.Status.SUCCEEDED)
    stripe_dispute_id = factory.LazyFunction(lambda: stripe_id("du"))
    amount = factory.SelfAttribute("payment.amount")
    reason = "fraudulent"
    status = Dispute.Status.NEEDS_RESPONSE
    opened_at = factory.LazyFunction(timezone.now)
    as_of = factory.SelfAttribute("opened_at")


class InvoiceFactory(factory.django.DjangoModelFactory):
    """An invoice that waits to be paid; a bare row."""

    class Meta:
        model = Invoice

    booking = factory.SubFactory(BookingFactory)
    customer = factory.SelfAttribute("booking.customer")
    amount = 45000
    status = Invoice.Status.OPEN
    days_until_due = 7
    stripe_invoice_id = factory.LazyFunction(lambda: stripe_id("in"))


def paid_payment(*, at: datetime | None = None, **fields: Any) -> Payment:
    """Return a card payment that has succeeded, with its ledger entry and its booking settled.

    Stripe knows nothing of it: what has to be refunded is paid in the sandbox instead.

    Args:
        at: when it was paid; now if left out.
        fields: as for `PaymentFactory`.
    """
    at = at or timezone.now()
    payment: Payment = PaymentFactory(**fields)
    intent = {
        "id": stripe_id("pi"),
        "status": "succeeded",
        "amount_received": payment.amount,
        "latest_charge": stripe_id("ch"),
        "metadata": {"payment_id": str(payment.pk)},
    }
    intents.apply_payment_intent(intent, as_of=at, now=at)
    payment.refresh_from_db()
    return payment


def refunded(payment: Payment, *, amount: int, at: datetime | None = None, **fields: Any) -> Refund:
    """Return a refund that has succeeded, with its ledger entry and its booking settled.

    Args:
        at: when; now if left out.
        fields: as for `RefundFactory`.
    """
    at = at or timezone.now()
    refund: Refund = RefundFactory(payment=payment, amount=amount, **fields)
    answer = {
        "id": stripe_id("re"),
        "status": "succeeded",
        "amount": amount,
        "created": int(at.timestamp()),
        "payment_intent": payment.stripe_payment_intent_id,
        "metadata": {"refund_id": str(refund.pk)},
    }
    stripe_refunds.apply_stripe_refund(answer, as_of=at)
    refund.refresh_from_db()
    return refund
