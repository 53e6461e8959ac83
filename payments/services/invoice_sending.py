"""Making, filling, finalizing and sending an invoice at Stripe.

Stripe emails the invoice once, when we send it, and doesn't chase it: `auto_advance` is off, so
that a draft whose making was cut off is never issued half-made.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.errors import NothingDue, NotPayable
from bookings.models import Booking
from bookings.services.payable import due
from myhibachi.core import audit
from myhibachi.core.money import format_cents
from payments import gateway, mirror
from payments.errors import GatewayRejected
from payments.models import Invoice, Payment
from payments.queries.open_cards import open_cards
from payments.services.locks import lock_invoice
from payments.services.stripe_customers import with_stripe_customer
from payments.services.stripe_invoices import apply_stripe_invoice
from payments.services.tax import NONTAXABLE, is_automatic, shipping_of, split_payment

Json = dict[str, Any]
Status = Invoice.Status


def resume_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Send an invoice that stood aside, for what is owed by now; void it if nothing is.

    It stands aside on while a card payment is open, so that never both can be paid.

    Raises:
        GatewayRejected, GatewayUnavailable: as `send_invoice`.
    """
    with transaction.atomic(durable=True):
        invoice = lock_invoice(invoice_id)
        if not invoice.stands_aside or open_cards().filter(booking=invoice.booking_id).exists():
            return
        try:
            invoice.amount = due(invoice.booking, payment_type=Payment.Purpose.BALANCE).amount
            invoice.awaiting_stripe = True
        except (NothingDue, NotPayable):
            audit.record("invoice.status", invoice, actor=None, status=[invoice.status, "void"])
            invoice.status = Status.VOID
        invoice.save()
    send_invoice(invoice_id=invoice_id, now=now)


def send_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Make, fill, finalize and send an invoice at Stripe, or what is left to do of that.

    Repeating it makes and sends one invoice.

    Raises:
        GatewayRejected: Stripe refused; an invoice that was not issued yet is void.
        GatewayUnavailable: no answer; the sweeper tries again.
    """
    invoice = Invoice.objects.select_related("booking").get(pk=invoice_id)
    if not invoice.awaiting_stripe or invoice.status not in Invoice.ACTIVE:
        return
    try:
        answer = _draft(invoice)
        apply_stripe_invoice(answer, now=now)
        if answer["status"] == "draft":
            _fill(invoice, answer)
            answer = gateway.finalize_invoice(answer["id"], key=f"invoice-finalize-{invoice.pk}")
            apply_stripe_invoice(answer, now=now)
        if answer["status"] == "open":
            answer = gateway.send_invoice(answer["id"], key=f"invoice-send-{invoice.pk}")
    except GatewayRejected as error:
        _give_up(invoice, error)
        raise
    apply_stripe_invoice(answer, now=now)
    Invoice.objects.filter(pk=invoice.pk, status=Status.OPEN).update(awaiting_stripe=False)
    mirror.store(answer)


def _draft(invoice: Invoice) -> Json:
    if invoice.stripe_invoice_id:
        return gateway.retrieve_invoice(invoice.stripe_invoice_id)
    return with_stripe_customer(
        invoice.customer_id, lambda customer: _create_draft(invoice, customer)
    )


def _create_draft(invoice: Invoice, customer: str) -> Json:
    if is_automatic(invoice.booking):
        # What an invoice is taxed by: https://docs.stripe.com/tax/customer-locations
        gateway.update_customer(customer, params={"shipping": shipping_of(invoice.booking)})
    params, key = _params(invoice, customer), f"invoice-{invoice.pk}-{customer}"
    return gateway.create_invoice(params=params, key=key)


def _params(invoice: Invoice, customer: str) -> Json:
    params: Json = {
        "customer": customer,
        "collection_method": "send_invoice",
        "days_until_due": invoice.days_until_due,
        "currency": invoice.currency,
        "auto_advance": False,
        "description": f"Booking {invoice.booking.reference}",
        "metadata": _metadata(invoice),
    }
    if is_automatic(invoice.booking):
        params["automatic_tax"] = {"enabled": True}
    return params


def _fill(invoice: Invoice, draft: Json) -> None:
    """Put the balance on a draft. Stripe forgets keys after a day, so look what is there."""
    missing = invoice.amount - sum(line["amount"] for line in draft["lines"]["data"])
    if not draft["lines"]["data"] and is_automatic(invoice.booking):
        purpose = Payment.Purpose.BALANCE
        parts = split_payment(invoice.booking, amount=invoice.amount, payment_type=purpose)
        if parts.untaxed:
            described = {"description": "Travel and fees", "tax_code": NONTAXABLE}
            _add_line(invoice, draft, parts.untaxed, "-untaxed", described)
            missing -= parts.untaxed
    if missing:
        _add_line(invoice, draft, missing, "", {"description": _describe(invoice.booking)})


def _add_line(invoice: Invoice, draft: Json, cents: int, which: str, more: Json) -> None:
    params = {
        "customer": draft["customer"],
        "invoice": draft["id"],
        "amount": cents,
        "currency": invoice.currency,
        "tax_behavior": "exclusive",
        "metadata": _metadata(invoice),
    }
    gateway.create_invoice_item(params=params | more, key=f"invoice-item{which}-{invoice.pk}")


def _describe(booking: Booking) -> str:
    party = f"Balance for {booking.reference}: hibachi for {booking.guests} on"
    bill = f"{format_cents(booking.total)}, {format_cents(booking.paid)} of it paid"
    return f"{party} {booking.date:%B} {booking.date.day}, {booking.date.year} ({bill})"


def _metadata(invoice: Invoice) -> Json:
    return {"invoice_id": str(invoice.pk), "booking_id": str(invoice.booking_id)}


def _give_up(invoice: Invoice, error: GatewayRejected) -> None:
    """Stop asking Stripe. What the customer could not see yet is void; the rest stays open."""
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        locked.awaiting_stripe = False
        if locked.status == Status.DRAFT:
            locked.status = Status.VOID
        locked.save()
        audit.record("invoice.refused", locked, actor=None, note=error.detail)
