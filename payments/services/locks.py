"""The one order in which money's rows are locked: booking, then payment."""

from uuid import UUID

from bookings.services.payable import lock_booking
from payments.models import Invoice, Payment


def lock_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked together with its booking until the transaction ends."""
    booking_id = Payment.objects.values_list("booking_id", flat=True).get(pk=payment_id)
    lock_booking(booking_id)
    return Payment.objects.select_for_update().get(pk=payment_id)


def lock_invoice(invoice_id: UUID) -> Invoice:
    """Return the invoice, locked together with its booking until the transaction ends."""
    lock_booking(Invoice.objects.values_list("booking_id", flat=True).get(pk=invoice_id))
    return Invoice.objects.select_for_update().get(pk=invoice_id)
