"""Card payments that are open for what bookings owe. One of them, or one invoice, may be paid."""

from payments.models import Payment
from payments.models.payment import PaymentQuerySet

Purpose = Payment.Purpose
# What a booking owes is taken by one attempt at a time; a tip goes beside it.
OWED = (Purpose.DEPOSIT, Purpose.BALANCE, Purpose.FULL, Purpose.ADDON)


def open_cards() -> PaymentQuerySet:
    """Return the open card payments for what is owed; tips are none of them."""
    return Payment.objects.open().filter(method=Payment.Method.STRIPE, payment_type__in=OWED)
