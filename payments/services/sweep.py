"""Finishes calls to Stripe that a crash or a time-out left half-way. Same row, same key."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from myhibachi.core.errors import DomainError
from payments import gateway
from payments.models import Invoice, LedgerEntry, Payment, Refund
from payments.services.attempts import SURFACES
from payments.services.intents import refresh_payment
from payments.services.invoices import asking_too_much, send_invoice, withdraw_invoice
from payments.services.refunds import apply_stripe_refund, send_refund
from payments.services.stripe_invoices import refresh_invoice

logger = logging.getLogger(__name__)

# What is younger may still be under way in another process.
GRACE = timedelta(minutes=1)
BATCH = 100
# Fees that Stripe has not reported by then need a person, not another call.
FEE_PATIENCE = timedelta(days=7)


def sweep_stripe_calls(*, now: datetime) -> int:
    """Repeat what Stripe never answered, ask for fees not noted yet, void invoices paid otherwise.

    Returns:
        how many rows were looked at.
    """
    before = now - GRACE
    refunds = Refund.objects.filter(awaiting_stripe=True, created_at__lt=before)
    payments = Payment.objects.filter(awaiting_stripe=True, created_at__lt=before)
    invoices = Invoice.objects.filter(awaiting_stripe=True, created_at__lt=before)
    without_fee = (
        Payment.objects.succeeded()
        .filter(
            method=Payment.Method.STRIPE,
            succeeded_at__lt=before,
            succeeded_at__gt=now - FEE_PATIENCE,
        )
        .exclude(ledger_entries__kind=LedgerEntry.Kind.FEE)
    )
    return (
        _each(refunds.values_list("pk", flat=True)[:BATCH], _finish_refund, now)
        + _each(payments.values_list("pk", flat=True)[:BATCH], _finish_payment, now)
        + _each(without_fee.values_list("pk", flat=True)[:BATCH], _refresh, now)
        + _each(invoices.values_list("pk", flat=True)[:BATCH], _finish_invoice, now)
        + _each(asking_too_much().values_list("pk", flat=True)[:BATCH], _withdraw_invoice, now)
    )


def _each(ids: Iterable[UUID], finish: Callable[[UUID, datetime], None], now: datetime) -> int:
    found = list(ids)
    for pk in found:
        try:
            finish(pk, now)
        except DomainError as error:
            logger.warning("%s %s: %s", finish.__name__, pk, error.code)
    return len(found)


def _finish_refund(refund_id: UUID, now: datetime) -> None:
    """Stripe forgets keys after a day, so look for the refund before asking for it again."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    for made in gateway.list_refunds(payment_intent=refund.payment.stripe_payment_intent_id or ""):
        if (made.get("metadata") or {}).get("refund_id") == str(refund_id):
            apply_stripe_refund(made, as_of=now)
            return
    send_refund(refund_id=refund_id, now=now)


def _finish_payment(payment_id: UUID, now: datetime) -> None:
    payment = Payment.objects.select_related("booking").get(pk=payment_id)
    SURFACES[Payment.Surface(payment.surface)].send(payment, now=now)


def _refresh(payment_id: UUID, now: datetime) -> None:
    refresh_payment(payment_id=payment_id, now=now)


def _finish_invoice(invoice_id: UUID, now: datetime) -> None:
    """Send it, or book what it was paid with, whichever is still to be done."""
    send_invoice(invoice_id=invoice_id, now=now)
    refresh_invoice(invoice_id=invoice_id, now=now)


def _withdraw_invoice(invoice_id: UUID, now: datetime) -> None:
    withdraw_invoice(invoice_id=invoice_id, now=now)
