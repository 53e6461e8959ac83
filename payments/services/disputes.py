"""Taking in what Stripe says of a Dispute: its stages, its money, and whether it has our answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookings.models import Status
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from payments.models import Attention, Dispute, DisputeEvidence, LedgerEntry, Payment
from payments.services import attention, ledger
from payments.services.balance_transactions import apply_balance_transactions
from payments.services.locks import lock_payment

Json = dict[str, Any]
Kind = LedgerEntry.Kind

# Where Stripe's copy of a dispute names the answer it has of us, and which sending of it.
EVIDENCE_ID, SENT_AT = "evidence_id", "evidence_sent_at"
KEPT = "booking_kept"
# The party is still to come, so somebody has to say whether it does.
LIVE_BOOKING = (Status.PENDING, Status.CONFIRMED)


def apply_stripe_dispute(stripe_dispute: Json, *, as_of: datetime) -> None:
    """Take in a Dispute from an event, in any order.

    Its balance transactions say what was withdrawn, reinstated and charged as a fee; each is one
    ledger entry. A dispute of a payment that is not ours is left to the mirror.

    Args:
        as_of: when Stripe made the event, or answered us.
    """
    payment = Payment.objects.filter(
        stripe_payment_intent_id=stripe_dispute.get("payment_intent") or ""
    ).first()
    if payment is None:
        return
    with transaction.atomic():
        payment = lock_payment(payment.pk)
        dispute = _upsert(stripe_dispute, payment, as_of=as_of)
        _note_answered(dispute, stripe_dispute)
        _ask(dispute, payment, now=as_of)
        for transaction_ in stripe_dispute.get("balance_transactions") or []:
            _post(transaction_, payment)
        apply_balance_transactions(stripe_dispute.get("balance_transactions") or [])
        ledger.settle(payment=payment, now=as_of)


def _upsert(stripe_dispute: Json, payment: Payment, *, as_of: datetime) -> Dispute:
    known = Dispute.objects.filter(stripe_dispute_id=stripe_dispute["id"]).first()
    if known and _is_newer(known, as_of):
        return known
    due_by = (stripe_dispute.get("evidence_details") or {}).get("due_by")
    dispute = known or Dispute(stripe_dispute_id=stripe_dispute["id"])
    before = dispute.status
    dispute.payment = payment
    dispute.amount = stripe_dispute["amount"]
    dispute.currency = stripe_dispute["currency"]
    dispute.reason = stripe_dispute["reason"]
    dispute.status = stripe_dispute["status"]
    dispute.evidence_due_by = _time(due_by) if due_by else None
    dispute.opened_at = _time(stripe_dispute["created"])
    dispute.as_of = as_of
    dispute.save()
    if before != dispute.status:
        audit.record("dispute.status", dispute, actor=None, status=[before, dispute.status])
    return dispute


def _is_newer(known: Dispute, as_of: datetime) -> bool:
    """Whether we know more than what was said at `as_of`; of one second, the end is the last."""
    is_same_second = known.as_of == as_of and known.status in Dispute.CLOSED
    return known.as_of > as_of or is_same_second


def _note_answered(dispute: Dispute, stripe_dispute: Json) -> None:
    """Note that Stripe has our evidence, whether its answer or an event says so first."""
    metadata = stripe_dispute.get("metadata") or {}
    named = as_uuid(metadata.get(EVIDENCE_ID))
    ours = DisputeEvidence.objects.filter(pk=named, dispute=dispute, submitted_at__isnull=False)
    evidence = ours.filter(Q(awaiting_stripe=True) | ~Q(refused="")).first() if named else None
    if evidence and sent_at(evidence) == metadata.get(SENT_AT):
        evidence.awaiting_stripe, evidence.refused = False, ""
        evidence.save()
        audit.record("evidence.received", evidence, actor=None)


def sent_at(evidence: DisputeEvidence) -> str:
    """Return what tells one sending of the same evidence from the next."""
    return evidence.submitted_at.astimezone(UTC).isoformat() if evidence.submitted_at else ""


def _ask(dispute: Dispute, payment: Payment, *, now: datetime) -> None:
    """Ask staff what becomes of a party that is still to come, once for a dispute."""
    if dispute.status in Dispute.CLOSED or payment.booking.status not in LIVE_BOOKING:
        return
    due_by = dispute.evidence_due_by
    attention.ask(
        Attention.Kind.DISPUTE,
        about=dispute.stripe_dispute_id,
        booking_id=payment.booking_id,
        payment_id=payment.pk,
        facts={
            "dispute_id": str(dispute.pk),
            "amount": dispute.amount,
            "reason": dispute.reason,
            "status": dispute.status,
            "evidence_due_by": due_by.isoformat() if due_by else None,
        },
        now=now,
    )


def keep_booking(*, attention_id: UUID, note: str = "", actor: User, now: datetime) -> Attention:
    """Let a party take place although a payment for it is disputed; the dispute goes on.

    Raises:
        NotAllowed, AlreadyDecided, NotFound: as `attention.decide` says.
    """
    return attention.decide(
        attention_id=attention_id, decision=KEPT, note=note, actor=actor, now=now
    )


def _post(balance_transaction: Json, payment: Payment) -> None:
    """Post what moved, and Stripe's fee for it (https://docs.stripe.com/disputes/how-disputes-work)."""
    amount, fee = balance_transaction["amount"], balance_transaction["fee"]
    occurred_at = _time(balance_transaction["created"])
    cause = balance_transaction["id"]
    if amount:
        ledger.post(
            payment=payment,
            kind=Kind.DISPUTE_WITHDRAWN if amount < 0 else Kind.DISPUTE_REINSTATED,
            amount=amount,
            cause=f"dispute:{cause}",
            occurred_at=occurred_at,
        )
    if fee:
        ledger.post(
            payment=payment,
            kind=Kind.FEE,
            amount=-fee,
            cause=f"dispute_fee:{cause}",
            occurred_at=occurred_at,
        )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
