"""Asking for a booking's balance by an invoice on Stripe's hosted page, and taking it back.

Stripe emails the invoice once, when we send it, and doesn't chase it: `auto_advance` is off, so
that a draft whose making was cut off is never issued half-made.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.services.payable import PAYABLE, due, lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from myhibachi.core.money import format_cents
from payments import gateway, mirror
from payments.errors import AlreadyPaid, CustomerWithoutEmail, GatewayRejected
from payments.models import Invoice, Payment
from payments.services import attempts
from payments.services.locks import lock_invoice
from payments.services.stripe_customers import with_stripe_customer
from payments.services.stripe_invoices import apply_stripe_invoice

Json = dict[str, Any]
Status = Invoice.Status


def create_balance_invoice(
    *, booking_id: UUID, days_until_due: int | None, actor: User, now: datetime
) -> Invoice:
    """Send the customer an invoice for all that the booking still owes.

    A booking has one open invoice: asked for again it is the same one, and one for another amount
    is replaced, with the days it had. The booking's open payment attempts are closed first.

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
    if not actor.has_perm("payments.add_invoice"):
        raise NotAllowed("You may not make invoices.")
    days = current_rules(now).invoice_due_days if days_until_due is None else days_until_due
    attempts.withdraw_all(booking_id=booking_id, now=now)
    invoice, is_wanted = _find_or_create(booking_id, days, actor)
    if not is_wanted:
        withdraw_invoice(invoice_id=invoice.pk, now=now)
        invoice, is_wanted = _find_or_create(booking_id, days, actor)
    if not is_wanted:
        raise AlreadyPaid("Another invoice for this booking is under way. Please wait a moment.")
    send_invoice(invoice_id=invoice.pk, now=now)
    invoice.refresh_from_db()
    return invoice


def _find_or_create(booking_id: UUID, days: int, actor: User) -> tuple[Invoice, bool]:
    """Return the booking's open invoice and whether it asks for what is owed."""
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        owed = due(booking, payment_type=Payment.Purpose.BALANCE).amount
        if not booking.customer.email:
            raise CustomerWithoutEmail("The customer has no email to send an invoice to.")
        known = Invoice.objects.filter(booking=booking, status__in=Invoice.ACTIVE).first()
        if known:
            return known, known.amount == owed
        invoice = Invoice.objects.create(
            booking=booking,
            customer_id=booking.customer_id,
            amount=owed,
            currency=booking.currency,
            days_until_due=days,
            awaiting_stripe=True,
        )
        audit.record("invoice.created", invoice, actor=actor, amount=owed)
        return invoice, True


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
        invoice.customer_id,
        lambda customer: gateway.create_invoice(
            params=_params(invoice, customer), key=f"invoice-{invoice.pk}-{customer}"
        ),
    )


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
    if settings.ENABLE_AUTOMATIC_TAX:
        params["automatic_tax"] = {"enabled": True}
    return params


def _fill(invoice: Invoice, draft: Json) -> None:
    """Put the balance on a draft. Stripe forgets keys after a day, so look whether it is there."""
    if draft["lines"]["data"]:
        return
    params = {
        "customer": draft["customer"],
        "invoice": draft["id"],
        "amount": invoice.amount,
        "currency": invoice.currency,
        "description": _describe(invoice.booking),
        "metadata": _metadata(invoice),
    }
    gateway.create_invoice_item(params=params, key=f"invoice-item-{invoice.pk}")


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


def withdraw_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Void an open invoice, or take in that it was paid before we could.

    Where another amount is owed by then, its successor is written (`reissue`), and not sent yet.

    Raises:
        GatewayUnavailable: it stays open.
    """
    # One whose making was cut off is finished first: only Stripe knows how far it came.
    send_invoice(invoice_id=invoice_id, now=now)
    invoice = Invoice.objects.get(pk=invoice_id)
    if invoice.status not in Invoice.ACTIVE or not invoice.stripe_invoice_id:
        return
    try:
        answer = gateway.void_invoice(invoice.stripe_invoice_id, key=f"invoice-void-{invoice.pk}")
    except GatewayRejected:
        answer = gateway.retrieve_invoice(invoice.stripe_invoice_id)
    apply_stripe_invoice(answer, now=now)
    mirror.store(answer)


def out_of_step() -> QuerySet[Invoice]:
    """Return the open invoices for another amount than is owed, or of what takes no payments."""
    owes = F("booking__total") - F("booking__paid")
    return Invoice.objects.filter(
        ~Q(amount=owes) | ~Q(booking__status__in=PAYABLE),
        status__in=Invoice.ACTIVE,
        awaiting_stripe=False,
    )
