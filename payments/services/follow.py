"""What is open at Stripe follows what a booking owes."""

from datetime import datetime, timedelta
from uuid import UUID

from payments.models import Invoice, Payment
from payments.queries.open_cards import open_cards
from payments.services import attempts
from payments.services.invoice_closing import close_invoice, out_of_step
from payments.services.invoice_sending import resume_invoice

# Checkout's pages close by themselves within it; a Payment Element never does.
PATIENCE = timedelta(days=1)


def follow_booking(*, booking_id: UUID, now: datetime) -> None:
    """Close what asks for another amount than the booking owes, and send its invoice anew.

    Doing it twice, or twice at once, does it once; what Stripe doesn't answer the sweeper finishes.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    # The invoices last: an attempt may turn out to have been paid, and then less is owed.
    for payment in attempts.out_of_step().filter(booking_id=booking_id):
        attempts.withdraw(payment, now=now)
    follow_invoices(booking_id=booking_id, now=now)


def follow_invoices(*, booking_id: UUID, now: datetime) -> None:
    """Close the invoices that ask for another amount than is owed, and send what follows them.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    for invoice in out_of_step().filter(booking_id=booking_id):
        close_invoice(invoice_id=invoice.pk, now=now)
    for invoice in Invoice.objects.standing_aside().filter(booking_id=booking_id):
        resume_invoice(invoice_id=invoice.pk, now=now)


def replace_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Close an open invoice, and send the one that takes its place, if something is owed.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    close_invoice(invoice_id=invoice_id, now=now)
    booking_id = Invoice.objects.values_list("booking_id", flat=True).get(pk=invoice_id)
    follow_invoices(booking_id=booking_id, now=now)


def end_waiting(*, invoice_id: UUID, now: datetime) -> None:
    """Send an invoice that stands aside once the card payment it waits for is over, or abandoned.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    booking_id = Invoice.objects.values_list("booking_id", flat=True).get(pk=invoice_id)
    abandoned = open_cards().filter(booking_id=booking_id, created_at__lt=now - PATIENCE)
    for payment in abandoned.exclude(status=Payment.Status.PROCESSING):
        attempts.withdraw(payment, now=now)
    resume_invoice(invoice_id=invoice_id, now=now)
