"""What is open at Stripe follows what a booking owes."""

from datetime import datetime
from uuid import UUID

from payments.models import Invoice
from payments.services import attempts, invoices


def follow_booking(*, booking_id: UUID, now: datetime) -> None:
    """Close what asks for another amount than the booking owes, and send its invoice anew.

    Doing it twice, or twice at once, does it once; what Stripe doesn't answer the sweeper finishes.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    # The invoice last: an attempt may turn out to have been paid, and then less is owed.
    for payment in attempts.out_of_step().filter(booking_id=booking_id):
        attempts.withdraw(payment, now=now)
    for invoice in invoices.out_of_step().filter(booking_id=booking_id):
        replace_invoice(invoice_id=invoice.pk, now=now)


def replace_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Void an open invoice, and send the one that takes its place, if something is owed.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    invoices.withdraw_invoice(invoice_id=invoice_id, now=now)
    booking_id = Invoice.objects.values_list("booking_id", flat=True).get(pk=invoice_id)
    unsent = Invoice.objects.filter(
        booking_id=booking_id, status__in=Invoice.ACTIVE, awaiting_stripe=True
    )
    for successor_id in unsent.values_list("pk", flat=True):
        invoices.send_invoice(invoice_id=successor_id, now=now)
