"""Seeing to it that nobody pays an invoice any more, or that Stripe knows it was paid by hand."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from bookings.services.payable import PAYABLE
from payments import gateway, mirror
from payments.errors import GatewayRejected, InvoiceClosed
from payments.models import Invoice, Payment
from payments.queries.open_cards import OWED
from payments.services.invoice_sending import send_invoice
from payments.services.locks import lock_invoice
from payments.services.stripe_invoices import apply_stripe_invoice, refresh_invoice

Status = Invoice.Status
Voiding = Invoice.Voiding


def out_of_step() -> QuerySet[Invoice]:
    """Return what can be paid at Stripe and should not: another amount than is owed, say.

    Or the booking takes no payments any more, or voiding it was cut off.
    """
    owes = F("booking__total") - F("booking__paid")
    is_wrong = ~Q(amount=owes) | ~Q(booking__status__in=PAYABLE) | ~Q(voiding="")
    return Invoice.objects.payable().filter(is_wrong, awaiting_stripe=False)


def close_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Close what is out of step: as paid where money that staff recorded covers it, else void.

    Raises:
        GatewayUnavailable: it stays open.
    """
    # One whose making was cut off is finished first: only Stripe knows how far it came.
    send_invoice(invoice_id=invoice_id, now=now)
    invoice = Invoice.objects.select_related("booking").get(pk=invoice_id)
    if _is_covered_by_hand(invoice):
        _mark_paid(invoice, now=now)
    withdraw_invoice(invoice_id=invoice_id, now=now)


def _is_covered_by_hand(invoice: Invoice) -> bool:
    """Whether nothing is owed, since what staff have recorded comes to all the invoice asks for."""
    booking = invoice.booking
    if invoice.voiding or booking.status not in PAYABLE or booking.paid < booking.total:
        return False
    by_hand = Payment.objects.succeeded().exclude(method=Payment.Method.STRIPE)
    since = by_hand.filter(
        booking=booking, payment_type__in=OWED, created_at__gte=invoice.created_at
    )
    return (since.aggregate(total=Sum("amount"))["total"] or 0) >= invoice.amount


def _mark_paid(invoice: Invoice, *, now: datetime) -> None:
    """Tell Stripe that it was paid without it, unless it asks for more than we know of (tax)."""
    if invoice.status not in Invoice.PAYABLE or invoice.stripe_invoice_id is None:
        return
    answer = gateway.retrieve_invoice(invoice.stripe_invoice_id)
    if answer["status"] in Invoice.PAYABLE and answer["amount_remaining"] == invoice.amount:
        try:
            answer = gateway.pay_invoice_out_of_band(invoice.stripe_invoice_id)
        except GatewayRejected:
            answer = gateway.retrieve_invoice(invoice.stripe_invoice_id)
        mirror.store(answer)
    apply_stripe_invoice(answer, now=now)


def withdraw_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Void an invoice, or take in that it was paid before we could.

    Where something is owed still, its successor is written (`reissue`), and not sent yet.

    Raises:
        GatewayUnavailable: it stays open.
    """
    send_invoice(invoice_id=invoice_id, now=now)
    if _void_unsent(invoice_id):
        return
    invoice = Invoice.objects.get(pk=invoice_id)
    if invoice.status not in Invoice.PAYABLE or not invoice.stripe_invoice_id:
        return
    try:
        answer = gateway.void_invoice(invoice.stripe_invoice_id)
    except GatewayRejected:
        answer = gateway.retrieve_invoice(invoice.stripe_invoice_id)
    apply_stripe_invoice(answer, now=now)
    mirror.store(answer)


def _void_unsent(invoice_id: UUID) -> bool:
    """Void one that stands aside, of which Stripe has never heard."""
    with transaction.atomic():
        invoice = lock_invoice(invoice_id)
        if not invoice.stands_aside:
            return False
        invoice.status = Status.VOID
        invoice.save()
        return True


def make_room(*, invoice_id: UUID, now: datetime) -> None:
    """Void an invoice so that a card payment can begin; it is sent anew should that be given up.

    If it was paid before we could, that is booked.

    Raises:
        GatewayUnavailable: it stays open.
    """
    with transaction.atomic(durable=True):
        invoice = lock_invoice(invoice_id)
        if invoice.status in Invoice.PAYABLE and not invoice.voiding:
            invoice.voiding = Voiding.FOR_CARD
            invoice.save()
    withdraw_invoice(invoice_id=invoice_id, now=now)
    refresh_invoice(invoice_id=invoice_id, now=now)


def refuse_if_open(invoice_id: UUID) -> Invoice:
    """Return an invoice that is void by now.

    Raises:
        InvoiceClosed: it was paid instead, or is being paid.
    """
    invoice = Invoice.objects.get(pk=invoice_id)
    if invoice.status in Invoice.PAYABLE:
        raise InvoiceClosed("It is being paid at this moment.")
    if invoice.status != Status.VOID:
        raise InvoiceClosed(f"This invoice is {invoice.get_status_display().lower()} by now.")
    return invoice
