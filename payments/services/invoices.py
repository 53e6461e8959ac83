"""What staff do about a booking's balance: ask for it by an invoice, void that, or give it up."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.services.payable import due, lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from payments import gateway
from payments.errors import AlreadyPaid, CustomerWithoutEmail, GatewayRejected, InvoiceClosed
from payments.models import Invoice, Payment
from payments.queries.open_cards import open_cards
from payments.services import attempts
from payments.services.invoice_closing import refuse_if_open, withdraw_invoice
from payments.services.invoice_sending import send_invoice
from payments.services.locks import lock_invoice
from payments.services.stripe_invoices import apply_stripe_invoice

MAKES, CHANGES = "payments.add_invoice", "payments.change_invoice"
Status = Invoice.Status


def create_balance_invoice(
    *, booking_id: UUID, days_until_due: int | None, actor: User, now: datetime
) -> Invoice:
    """Send the customer an invoice for all that the booking still owes.

    A booking has one open invoice: asked for again it is the same one, and one for another amount
    is replaced, with the days it had. The booking's open payment attempts are closed first, and an
    invoice that was given up as a bad debt is voided.

    Args:
        days_until_due: None is what the rule book says.

    Raises:
        NotAllowed: this person may not make invoices.
        NothingDue, NotPayable: as `bookings` says.
        AlreadyPaid: the balance is being paid at this moment.
        CustomerWithoutEmail: there is nowhere to send it.
        GatewayRejected: Stripe refused.
        GatewayUnavailable: Stripe can't be reached; the sweeper sends the invoice later.
    """
    if not actor.has_perm(MAKES):
        raise NotAllowed("You may not make invoices.")
    days = current_rules(now).invoice_due_days if days_until_due is None else days_until_due
    attempts.withdraw_all(booking_id=booking_id, now=now)
    for given_up in Invoice.objects.filter(booking=booking_id, status=Status.UNCOLLECTIBLE):
        withdraw_invoice(invoice_id=given_up.pk, now=now)
    invoice, is_wanted = _find_or_create(booking_id, days, actor)
    if not is_wanted:
        withdraw_invoice(invoice_id=invoice.pk, now=now)
        invoice, is_wanted = _find_or_create(booking_id, days, actor)
    if not is_wanted:
        raise AlreadyPaid("Another invoice for this booking is under way. Please wait a moment.")
    send_invoice(invoice_id=invoice.pk, now=now)
    invoice.refresh_from_db()
    return invoice


def preview_invoice(booking: Booking) -> int:
    """Return what an invoice would ask for, in cents.

    Raises:
        NothingDue, NotPayable: as `bookings` says.
        CustomerWithoutEmail: there is nowhere to send it.
    """
    owed = due(booking, payment_type=Payment.Purpose.BALANCE).amount
    if not booking.customer.email:
        raise CustomerWithoutEmail("The customer has no email to send an invoice to.")
    return owed


def _find_or_create(booking_id: UUID, days: int, actor: User) -> tuple[Invoice, bool]:
    """Return the booking's open invoice and whether it asks for what is owed."""
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        owed = preview_invoice(booking)
        if open_cards().filter(booking=booking).exists():
            raise AlreadyPaid("A card payment for this booking is under way. Please wait a moment.")
        known = Invoice.objects.filter(booking=booking, status__in=Invoice.ACTIVE).first()
        if known and not known.stands_aside:
            return known, known.amount == owed
        invoice = known or Invoice(
            booking=booking,
            customer_id=booking.customer_id,
            currency=booking.currency,
            days_until_due=days,
        )
        invoice.amount, invoice.awaiting_stripe = owed, True
        invoice.save()
        audit.record("invoice.created", invoice, actor=actor, amount=owed)
        return invoice, True


def void_invoice(*, invoice_id: UUID, reason: str, actor: User, now: datetime) -> Invoice:
    """Void an invoice for good: none follows it, whatever the booking owes.

    Raises:
        NotAllowed: this person may not void invoices.
        InvoiceClosed: it has been paid or voided, or is being paid at this moment.
        GatewayUnavailable: Stripe can't be reached; the sweeper voids it.
    """
    if not actor.has_perm(CHANGES):
        raise NotAllowed("You may not void invoices.")
    with transaction.atomic(durable=True):
        invoice = lock_invoice(invoice_id)
        if invoice.status not in Invoice.PAYABLE:
            raise InvoiceClosed(f"This invoice is {invoice.get_status_display().lower()}.")
        invoice.voiding = Invoice.Voiding.FOR_GOOD
        invoice.save()
        audit.record("invoice.voided", invoice, actor=actor, note=reason)
    withdraw_invoice(invoice_id=invoice_id, now=now)
    return refuse_if_open(invoice_id)


def mark_uncollectible(*, invoice_id: UUID, reason: str, actor: User, now: datetime) -> Invoice:
    """Give an open invoice up as a bad debt. Its page still takes money, which then counts.

    Raises:
        NotAllowed: this person may not give invoices up.
        InvoiceClosed: it is not open (any more).
        GatewayUnavailable: Stripe can't be reached; it stays open.
    """
    if not actor.has_perm(CHANGES):
        raise NotAllowed("You may not give invoices up.")
    with transaction.atomic(durable=True):
        invoice = lock_invoice(invoice_id)
        if invoice.status != Status.OPEN or invoice.stripe_invoice_id is None:
            raise InvoiceClosed(f"This invoice is {invoice.get_status_display().lower()}.")
        audit.record("invoice.given_up", invoice, actor=actor, note=reason)
    try:
        answer = gateway.mark_invoice_uncollectible(invoice.stripe_invoice_id)
    except GatewayRejected:
        answer = gateway.retrieve_invoice(invoice.stripe_invoice_id)
    apply_stripe_invoice(answer, now=now)
    invoice.refresh_from_db()
    if invoice.status != Status.UNCOLLECTIBLE:
        raise InvoiceClosed(f"This invoice is {invoice.get_status_display().lower()} by now.")
    return invoice
