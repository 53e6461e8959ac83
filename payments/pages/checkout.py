"""From a page of ours to Stripe's."""

from datetime import datetime

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.services.payable import due
from payments.models import Invoice, Payment
from payments.services.attempts import Wanted
from payments.services.start import start_payment
from payments.services.stripe_invoices import refresh_invoice


def start_checkout(booking: Booking, *, now: datetime) -> str:
    """Return the address of Stripe's page where what the booking owes next is paid.

    Whoever has the booking's link may pay for it, so nobody in particular is recorded as having
    asked. Called again, it returns the same page while that can be paid. It is the open invoice's
    page where that asks for just this: the link in the customer's mail need not be voided then.

    Raises:
        AlreadyPaid, NothingDue, NotPayable: there is nothing to pay, or not any more.
        GatewayRejected, GatewayUnavailable: as the gateway says; nothing was charged.
    """
    invoice = _invoices_for(booking).first()
    if invoice:
        # It may have been paid, or voided in Stripe's dashboard, a moment ago.
        refresh_invoice(invoice_id=invoice.pk, now=now)
        booking.refresh_from_db()
        if _invoices_for(booking).exists():
            return invoice.hosted_invoice_url
    wanted = Wanted(booking_id=booking.pk, user=None, surface=Payment.Surface.CHECKOUT)
    url: str = start_payment(wanted, now=now).stripe_object["url"]
    return url


def _invoices_for(booking: Booking) -> QuerySet[Invoice]:
    """Return the open invoice that asks for just what is due now."""
    return Invoice.objects.filter(
        booking=booking,
        status=Invoice.Status.OPEN,
        awaiting_stripe=False,
        voiding="",
        amount=due(booking).amount,
    )
