"""Finishes calls to Stripe that a crash or a time-out left half-way. Same row, same key."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value

from myhibachi.core.errors import DomainError
from payments import gateway
from payments.models import DisputeEvidence, Invoice, Payment, Refund
from payments.services import attempts, invoice_closing
from payments.services.attempts import SURFACES, withdraw
from payments.services.evidence import finish_evidence
from payments.services.follow import end_waiting, replace_invoice
from payments.services.intents import FEE_CAUSE, refresh_payment
from payments.services.invoice_sending import send_invoice
from payments.services.refunds import send_refund
from payments.services.stripe_invoices import refresh_invoice
from payments.services.stripe_refunds import apply_stripe_refund

logger = logging.getLogger(__name__)

# What is younger may still be under way in another process.
GRACE = timedelta(minutes=1)
BATCH = 100
# Fees that Stripe has not reported by then need a person, not another call.
FEE_PATIENCE = timedelta(days=7)


def sweep_stripe_calls(*, now: datetime) -> int:
    """Repeat what Stripe never answered, ask for fees not noted yet, close what is not owed.

    Returns:
        how many rows were looked at.
    """
    before = now - GRACE
    refunds = Refund.objects.unanswered(before)
    payments = Payment.objects.filter(awaiting_stripe=True, created_at__lt=before)
    evidence = DisputeEvidence.objects.filter(awaiting_stripe=True, submitted_at__lt=before)
    unsent = Invoice.objects.filter(awaiting_stripe=True, created_at__lt=before)
    return (
        _each(refunds, finish_refund, now)
        + _each(evidence, finish_evidence, now)
        + _each(payments, finish_payment, now)
        + _each(_without_fee(now), _refresh, now)
        + _each(attempts.out_of_step(), _withdraw, now)
        + _each(unsent, finish_invoice, now)
        + _each(invoice_closing.out_of_step(), _replace_invoice, now)
        + _each(Invoice.objects.standing_aside(), _end_waiting, now)
    )


def _without_fee(now: datetime) -> QuerySet[Payment]:
    """Return the payments whose fee is not noted, each after half its age: ever more rarely."""
    age = ExpressionWrapper(Value(now) - F("succeeded_at"), DurationField())
    half_of_it = ExpressionWrapper(age / 2, DurationField())
    return (
        Payment.objects.succeeded()
        .filter(
            method=Payment.Method.STRIPE,
            succeeded_at__lt=now - GRACE,
            succeeded_at__gt=now - FEE_PATIENCE,
            updated_at__lt=F("succeeded_at") + half_of_it,
        )
        .exclude(ledger_entries__cause__startswith=FEE_CAUSE)
    )


def _each(rows: QuerySet[Any], finish: Callable[[UUID, datetime], None], now: datetime) -> int:
    """Finish a batch of rows. One that fails goes to the back of the queue and stops no other."""
    found = list(rows.order_by("updated_at").values_list("pk", flat=True)[:BATCH])
    for pk in found:
        try:
            finish(pk, now)
        except DomainError as error:
            logger.warning("%s %s: %s", finish.__name__, pk, error.code)
            rows.model.objects.filter(pk=pk).update(updated_at=now)
        except Exception:
            logger.exception("%s %s failed", finish.__name__, pk)
            rows.model.objects.filter(pk=pk).update(updated_at=now)
    return len(found)


def finish_refund(refund_id: UUID, now: datetime) -> None:
    """Ask for a refund that Stripe has not answered.

    Stripe forgets keys after a day, so look for the refund before asking for it again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    for made in gateway.list_refunds(payment_intent=refund.payment.stripe_payment_intent_id or ""):
        if (made.get("metadata") or {}).get("refund_id") == str(refund_id):
            apply_stripe_refund(made, as_of=now)
            return
    send_refund(refund_id=refund_id, now=now)


def finish_payment(payment_id: UUID, now: datetime) -> None:
    """Make its Session or PaymentIntent at Stripe, or take in the one there is."""
    payment = Payment.objects.select_related("booking").get(pk=payment_id)
    SURFACES[Payment.Surface(payment.surface)].send(payment, now=now)


def _refresh(payment_id: UUID, now: datetime) -> None:
    refresh_payment(payment_id=payment_id, now=now)


def _withdraw(payment_id: UUID, now: datetime) -> None:
    withdraw(Payment.objects.get(pk=payment_id), now=now)


def finish_invoice(invoice_id: UUID, now: datetime) -> None:
    """Send it, or book what it was paid with, whichever is still to be done."""
    send_invoice(invoice_id=invoice_id, now=now)
    refresh_invoice(invoice_id=invoice_id, now=now)


def _replace_invoice(invoice_id: UUID, now: datetime) -> None:
    replace_invoice(invoice_id=invoice_id, now=now)


def _end_waiting(invoice_id: UUID, now: datetime) -> None:
    end_waiting(invoice_id=invoice_id, now=now)
