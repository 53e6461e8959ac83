"""An invoice that was voided though its booking still owes is asked for anew."""

from bookings.errors import NothingDue, NotPayable
from bookings.services.payable import due, lock_booking
from myhibachi.core import audit
from payments.models import Invoice, Payment

Voiding = Invoice.Voiding


def reissue(voided: Invoice) -> None:
    """Write the invoice that follows one voided just now. It stands aside until it may be sent.

    In the transaction that takes the voiding in, whoever brings the news: so a crash at any point
    leaves either the old invoice to void or the new one to send. One that asked for what is owed
    was voided by a person, in Stripe's dashboard, and stays so, unless we made room for a card
    payment by it.
    """
    if voided.voiding == Voiding.FOR_GOOD:
        return
    booking = lock_booking(voided.booking_id)
    try:
        owed = due(booking, payment_type=Payment.Purpose.BALANCE).amount
    except (NothingDue, NotPayable):
        return
    by_person = owed == voided.amount and not voided.voiding
    if by_person or not booking.customer.email:
        return
    invoice = Invoice.objects.create(
        booking=booking,
        customer_id=booking.customer_id,
        amount=owed,
        currency=booking.currency,
        days_until_due=voided.days_until_due,
    )
    audit.record("invoice.created", invoice, actor=None, amount=owed, replaces=str(voided.pk))
