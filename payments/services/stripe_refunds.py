"""Taking in what Stripe says of a Refund."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from payments.models import LedgerEntry, Payment, Refund
from payments.services import ledger
from payments.services.balance_transactions import want_balance_transaction
from payments.services.locks import lock_payment
from payments.services.refund_questions import ask_about

Json = dict[str, Any]
Status = Refund.Status

CAME_BACK = Refund.CAME_BACK


def apply_stripe_refund(stripe_refund: Json, *, as_of: datetime) -> None:
    """Take in a Refund, from an event or from Stripe's own answer, in any order.

    One that we did not make was made in Stripe's dashboard, and appears here by itself; one of a
    payment that is not ours is left to the mirror.

    Args:
        as_of: when Stripe said so.
    """
    payment = Payment.objects.filter(
        stripe_payment_intent_id=stripe_refund.get("payment_intent") or ""
    ).first()
    if payment is None:
        return
    with transaction.atomic():
        payment = lock_payment(payment.pk)
        refund, is_external = _find_or_create(stripe_refund, payment)
        _move(refund, stripe_refund, as_of=as_of)
        refund.save()
        _post(refund, stripe_refund, as_of=as_of)
        for name in ("balance_transaction", "failure_balance_transaction"):
            want_balance_transaction(stripe_refund.get(name))
        ledger.settle(payment=payment, now=as_of)
        ask_about(refund, is_external=is_external, now=as_of)


def _find_or_create(stripe_refund: Json, payment: Payment) -> tuple[Refund, bool]:
    """Return our row, and whether it was made just now: in Stripe's dashboard."""
    known = Refund.objects.filter(stripe_refund_id=stripe_refund["id"]).first()
    if known:
        return known, False
    named = as_uuid((stripe_refund.get("metadata") or {}).get("refund_id"))
    ours = Refund.objects.filter(pk=named, payment=payment, stripe_refund_id__isnull=True).first()
    if ours and ours.approval not in Refund.UNAPPROVED:
        return ours, False
    external = Refund(
        payment=payment,
        amount=stripe_refund["amount"],
        currency=stripe_refund["currency"],
        reason=stripe_refund["reason"] or "",
        notes="Made in Stripe's dashboard.",
    )
    external.save()
    audit.record("refund.external", external, actor=None, amount=external.amount)
    return external, True


def _move(refund: Refund, stripe_refund: Json, *, as_of: datetime) -> None:
    # One that we took for refused, but whose first call went through, was never Stripe's `failed`.
    is_first_word = refund.stripe_refund_id is None
    refund.stripe_refund_id = stripe_refund["id"]
    refund.awaiting_stripe = False
    status = Status(stripe_refund["status"])
    if status == Status.SUCCEEDED:
        # Also where we hear of it only after we heard that it was reversed.
        refund.succeeded_at = refund.succeeded_at or as_of
    if status != refund.status and (is_first_word or status in Refund.NEXT[Status(refund.status)]):
        audit.record("refund.status", refund, actor=None, status=[refund.status, status])
        refund.status = status
        refund.failure_reason = stripe_refund.get("failure_reason") or ""


def _post(refund: Refund, stripe_refund: Json, *, as_of: datetime) -> None:
    """Post what left, and what came back: both, whichever of the two we hear of first."""
    if refund.status == Status.REQUIRES_ACTION:
        return
    ledger.post(
        payment=refund.payment,
        kind=LedgerEntry.Kind.REFUND,
        amount=-refund.amount,
        cause=f"refund:{refund.stripe_refund_id}",
        occurred_at=datetime.fromtimestamp(stripe_refund["created"], tz=UTC),
        actor=refund.requested_by,
    )
    if refund.status in CAME_BACK:
        ledger.post(
            payment=refund.payment,
            kind=LedgerEntry.Kind.REFUND_REVERSAL,
            amount=refund.amount,
            cause=f"refund_reversal:{refund.stripe_refund_id}",
            occurred_at=as_of,
        )
