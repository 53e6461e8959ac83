"""Attempts that Stripe would not even begin."""

from uuid import UUID

from django.db import transaction

from myhibachi.core import audit
from payments.errors import GatewayError
from payments.models import Payment
from payments.services.locks import lock_payment


def mark_refused(*, payment_id: UUID, error: GatewayError) -> None:
    """Cancel an attempt that Stripe refused to make: asking again changes nothing.

    It must not stand in the way of the next one, or of money in cash. Should Stripe have made it
    after all, what it takes still counts: `canceled` may become `succeeded`.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        if payment.status not in Payment.OPEN:
            return
        was, payment.status = payment.status, Payment.Status.CANCELED
        payment.failure_code = str(error.extra.get("stripe_code") or error.code)[:64]
        payment.failure_message = error.detail[:500]
        payment.awaiting_stripe = False
        payment.save()
        audit.record(
            "payment.refused", payment, actor=None, note=error.detail, status=[was, payment.status]
        )
