"""Taking what Stripe says of an Invoice into our rows, and its payments into the ledger."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.services.payable import lock_booking
from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from myhibachi.core.tasks import enqueue
from payments import gateway
from payments.models import Invoice, Payment
from payments.services import intents, stripe_refunds
from payments.services.locks import lock_invoice
from payments.services.reissue import reissue
from payments.services.tax import tax_in

Json = dict[str, Any]
Status = Invoice.Status


def apply_stripe_invoice(stripe_invoice: Json, *, now: datetime) -> None:
    """Take in an Invoice from an event or an answer, in any order, as often as it comes.

    One that we did not make is left to the mirror. Money in it makes us ask Stripe for its
    payments, which is what moves the ledger.
    """
    invoice_id = _find_id(stripe_invoice)
    if invoice_id is None:
        return
    with transaction.atomic():
        invoice = lock_invoice(invoice_id)
        invoice.stripe_invoice_id = stripe_invoice["id"]
        was_open = invoice.status in Invoice.ACTIVE
        is_news = _move(invoice, Status(stripe_invoice["status"]))
        _copy(invoice, stripe_invoice)
        invoice.save()
        if was_open and invoice.status == Status.VOID:
            reissue(invoice)
        if stripe_invoice["amount_paid"] and (is_news or invoice.status != Status.PAID):
            enqueue("payments.tasks.refresh_invoice", invoice.pk)


def _find_id(stripe_invoice: Json) -> UUID | None:
    known = Invoice.objects.filter(stripe_invoice_id=stripe_invoice["id"]).first()
    if known:
        return known.pk
    named = as_uuid((stripe_invoice.get("metadata") or {}).get("invoice_id"))
    unclaimed = Invoice.objects.filter(pk=named, stripe_invoice_id__isnull=True).first()
    return unclaimed.pk if unclaimed else None


def _move(invoice: Invoice, status: Status) -> bool:
    if status not in Invoice.NEXT[Status(invoice.status)]:
        return False
    audit.record("invoice.status", invoice, actor=None, status=[invoice.status, status])
    invoice.status = status
    if status not in Invoice.ACTIVE:
        # A paid one is asked for its payments; where the task is lost, the sweeper does it.
        invoice.awaiting_stripe = status == Status.PAID
    return True


def _copy(invoice: Invoice, stripe_invoice: Json) -> None:
    """Copy what Stripe gives an invoice when it is finalized; none of it is ever taken away."""
    invoice.number = stripe_invoice["number"] or invoice.number
    invoice.hosted_invoice_url = stripe_invoice["hosted_invoice_url"] or invoice.hosted_invoice_url
    invoice.invoice_pdf = stripe_invoice["invoice_pdf"] or invoice.invoice_pdf
    if stripe_invoice["due_date"]:
        invoice.due_at = _time(stripe_invoice["due_date"])


def refresh_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Ask Stripe how an invoice stands and book each card payment it was paid with.

    What was paid out of band (cash, say) is not Stripe's money: staff record it as such.

    Raises:
        GatewayUnavailable: try again later.
    """
    invoice = Invoice.objects.get(pk=invoice_id)
    if not invoice.stripe_invoice_id:
        return
    answer = gateway.retrieve_invoice(
        invoice.stripe_invoice_id, expand=["payments.data.payment.payment_intent"]
    )
    apply_stripe_invoice(answer, now=now)
    for invoice_payment in answer["payments"]["data"]:
        if invoice_payment["status"] == "paid":
            _book(invoice, invoice_payment, answer, now=now)
    Invoice.objects.filter(pk=invoice.pk).exclude(status__in=Invoice.ACTIVE).update(
        awaiting_stripe=False
    )


def _book(invoice: Invoice, invoice_payment: Json, answer: Json, *, now: datetime) -> None:
    intent = invoice_payment["payment"].get("payment_intent")
    if intent is None:
        return
    paid_at = invoice_payment["status_transitions"]["paid_at"]
    received = intent["amount_received"]
    tax = tax_in(answer, received)
    with transaction.atomic():
        lock_booking(invoice.booking_id)
        payment, is_new = Payment.objects.get_or_create(
            stripe_payment_intent_id=intent["id"],
            defaults={
                "booking_id": invoice.booking_id,
                "customer_id": invoice.customer_id,
                "method": Payment.Method.STRIPE,
                "surface": Payment.Surface.INVOICE,
                "payment_type": Payment.Purpose.BALANCE,
                "amount": received - tax,
                "tax": tax,
                "currency": intent["currency"],
                "status": Payment.Status.SUCCEEDED,
                "succeeded_at": _time(paid_at) if paid_at else now,
            },
        )
        if is_new:
            audit.record("payment.created", payment, actor=None, invoice=str(invoice.pk))
    intents.refresh_payment(payment_id=payment.pk, now=now)
    # A refund we heard of before this payment was nobody's then.
    for refund in gateway.list_refunds(payment_intent=intent["id"]):
        stripe_refunds.apply_stripe_refund(refund, as_of=now)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
