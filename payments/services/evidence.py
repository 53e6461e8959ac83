"""Answering a dispute: a draft that people edit, sent to the bank once.

A bank reads one answer. So it is our row first, then Stripe with the row's own key, then what
Stripe says: by its answer, by an event, or by what the sweeper finds there.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed, NotFound
from payments import gateway, mirror
from payments.errors import (
    EvidenceChanged,
    EvidenceRefused,
    GatewayRejected,
    GatewayUnavailable,
)
from payments.models import Dispute, DisputeEvidence, LedgerEntry
from payments.services.disputes import EVIDENCE_ID, SENT_AT, apply_stripe_dispute, sent_at
from payments.services.evidence_fields import Fields, check_fields
from payments.services.locks import lock_payment

Json = dict[str, Any]
Status = Dispute.Status

PERMISSION = "payments.change_dispute"
KEY_PATIENCE = timedelta(minutes=10)
ANSWERABLE = Dispute.ANSWERABLE


def save_evidence(
    *, dispute_id: UUID, fields: Fields, seen: datetime | None, actor: User, now: datetime
) -> DisputeEvidence:
    """Keep a draft of the answer.

    Args:
        fields: what to say, by Stripe's names; what is blank is left out.
        seen: `updated_at` of the draft that was edited; None if there was none.

    Raises:
        NotAllowed, NotFound: this person may not, or there is no such dispute.
        EvidenceChanged: somebody else saved or sent it meanwhile; theirs stands.
        EvidenceRefused: it can't be answered any more.
        InvalidInput: a field is unknown, or too long.
    """
    kept = check_fields(fields)
    with transaction.atomic():
        dispute, evidence = _lock(dispute_id, actor)
        _check_seen(evidence, seen)
        check_answerable(dispute, evidence, now=now)
        evidence = evidence or DisputeEvidence(dispute=dispute)
        if kept != evidence.fields or evidence.edited_by is None:
            evidence.fields, evidence.edited_by = kept, actor
            evidence.save()
            audit.record("evidence.saved", evidence, actor=actor, fields=sorted(kept))
    return evidence


def submit_evidence(
    *, dispute_id: UUID, seen: datetime, actor: User, now: datetime
) -> DisputeEvidence:
    """Send the draft to the bank. It can't be called back.

    The same person's second call, a double click, is the first one.

    Args:
        seen: `updated_at` of the draft that was read and found right.

    Returns:
        the evidence, `awaiting_stripe` while Stripe has not answered.

    Raises:
        NotAllowed, NotFound: this person may not, or there is no such dispute.
        EvidenceChanged: somebody else saved or sent it meanwhile.
        EvidenceRefused: nothing is written, it can't be answered any more, or Stripe refused:
            then `refused` says why, and it may be corrected and sent again.
    """
    with transaction.atomic(durable=True):
        dispute, evidence = _lock(dispute_id, actor)
        if evidence and evidence.submitted_by == actor and _is_answered(dispute, evidence):
            return evidence
        _check_seen(evidence, seen)
        check_answerable(dispute, evidence, now=now)
        if evidence is None or not evidence.fields:
            raise EvidenceRefused("There is nothing to send: write the answer first.")
        evidence.submitted_at, evidence.submitted_by = now, actor
        evidence.awaiting_stripe, evidence.refused = True, ""
        evidence.save()
        audit.record("evidence.submitted", evidence, actor=actor, fields=sorted(evidence.fields))
    # No answer is no refusal: it stays submitted, and the sweeper asks.
    with suppress(GatewayUnavailable):
        send_evidence(evidence_id=evidence.pk)
    evidence.refresh_from_db()
    return evidence


def send_evidence(*, evidence_id: UUID, attempt: str = "") -> None:
    """Call Stripe for an answer that was submitted. Repeating it submits once.

    Args:
        attempt: makes it a call with a key of its own, once Stripe is known not to have it.

    Raises:
        EvidenceRefused: Stripe refused; the row says why.
        GatewayUnavailable: no answer; the sweeper tries again.
    """
    evidence = DisputeEvidence.objects.select_related("dispute").get(pk=evidence_id)
    if not evidence.awaiting_stripe:
        return
    try:
        answer = gateway.submit_evidence(
            evidence.dispute.stripe_dispute_id,
            evidence=evidence.fields,
            metadata={EVIDENCE_ID: str(evidence.pk), SENT_AT: sent_at(evidence)},
            # What is sent again after a refusal is another request.
            key=f"evidence-{evidence.pk}-{sent_at(evidence)}{attempt}",
        )
    except GatewayRejected as error:
        _mark_refused(evidence, error.detail)
        raise EvidenceRefused(f"Stripe refused the evidence: {error.detail}") from None
    _apply(answer)


def finish_evidence(evidence_id: UUID, now: datetime) -> None:
    """Find out at Stripe whether it has an answer that it never confirmed; else send it.

    Stripe forgets keys after a day, and a bank reads one answer, whoever sent it.
    """
    evidence = DisputeEvidence.objects.select_related("dispute").get(pk=evidence_id)
    found = gateway.retrieve("dispute", evidence.dispute.stripe_dispute_id)
    _apply(found)
    evidence.refresh_from_db()
    if evidence.awaiting_stripe and found["status"] not in ANSWERABLE:
        why = f"The dispute is {found['status'].replace('_', ' ')} at Stripe, without this answer."
        _mark_refused(evidence, why)
    elif evidence.awaiting_stripe:
        send_evidence(evidence_id=evidence_id, attempt=_attempt(evidence, now=now))


def _attempt(evidence: DisputeEvidence, *, now: datetime) -> str:
    """Return what tells a late call from the first, whose error Stripe repeats for a day.

    By then nobody is still sending it under the first key.
    """
    if evidence.submitted_at is None or now - evidence.submitted_at < KEY_PATIENCE:
        return ""
    return f"-{now.astimezone(UTC):%Y-%m-%dT%H}"


def accept_dispute(*, dispute_id: UUID, actor: User) -> Dispute:
    """Give in: the dispute is lost, and the money stays with the customer. It can't be undone.

    Raises:
        NotAllowed, NotFound: this person may not, or there is no such dispute.
        EvidenceRefused: it is decided, or the answer is with the bank; or Stripe refused.
        GatewayUnavailable: no answer; the same call again accepts it once.
    """
    with transaction.atomic(durable=True):
        dispute, evidence = _lock(dispute_id, actor)
        check_answerable(dispute, evidence)
        audit.record("dispute.accepting", dispute, actor=actor, amount=dispute.amount)
    try:
        answer = gateway.close_dispute(dispute.stripe_dispute_id, key=f"close-{dispute.pk}")
    except GatewayRejected as error:
        raise EvidenceRefused(f"Stripe refused: {error.detail}") from None
    _apply(answer)
    dispute.refresh_from_db()
    return dispute


def is_sent(evidence: DisputeEvidence) -> bool:
    """Return whether the bank has this answer, or is about to."""
    return evidence.submitted_at is not None and not evidence.refused


def check_answerable(
    dispute: Dispute, evidence: DisputeEvidence | None, *, now: datetime | None = None
) -> None:
    """Check that this dispute may still be answered.

    Args:
        now: left out, the deadline is not looked at.

    Raises:
        EvidenceRefused: why not.
    """
    if evidence and evidence.submitted_at and _is_answered(dispute, evidence):
        who = evidence.submitted_by or "Somebody"
        raise EvidenceRefused(f"{who} submitted the evidence {_moment(evidence.submitted_at)}.")
    if dispute.status in Dispute.CLOSED:
        raise EvidenceRefused(f"This dispute is closed: {dispute.get_status_display().lower()}.")
    if dispute.status not in ANSWERABLE:
        raise EvidenceRefused("The bank is looking at the answer sent in Stripe's dashboard.")
    if now and dispute.evidence_due_by and dispute.evidence_due_by <= now:
        raise EvidenceRefused(f"The bank's deadline was {_moment(dispute.evidence_due_by)}.")


def _is_answered(dispute: Dispute, evidence: DisputeEvidence) -> bool:
    """Return whether the bank has the answer to what it asks now.

    An inquiry that becomes a dispute is asked about again: the money is withdrawn only then.
    """
    if not is_sent(evidence) or evidence.submitted_at is None:
        return False
    if evidence.awaiting_stripe or dispute.status != Status.NEEDS_RESPONSE:
        return True
    withdrawn_since = LedgerEntry.objects.filter(
        payment=dispute.payment_id,
        kind=LedgerEntry.Kind.DISPUTE_WITHDRAWN,
        # Stripe's clock tells whole seconds.
        occurred_at__gte=evidence.submitted_at.replace(microsecond=0),
    )
    return not withdrawn_since.exists()


def _lock(dispute_id: UUID, actor: User) -> tuple[Dispute, DisputeEvidence | None]:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not answer disputes.")
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFound("There is no such dispute.")
    lock_payment(dispute.payment_id)
    dispute.refresh_from_db()
    evidence = DisputeEvidence.objects.select_for_update().filter(dispute=dispute).first()
    return dispute, evidence


def _check_seen(evidence: DisputeEvidence | None, seen: datetime | None) -> None:
    if evidence is not None and evidence.updated_at != seen:
        is_submitted = is_sent(evidence)
        who = evidence.submitted_by if is_submitted else evidence.edited_by
        verb = "submitted" if is_submitted else "saved"
        raise EvidenceChanged(
            f"{who or 'Stripe'} {verb} this evidence {_moment(evidence.updated_at)}, "
            "after you had opened it."
        )


def _mark_refused(evidence: DisputeEvidence, why: str) -> None:
    with transaction.atomic():
        lock_payment(evidence.dispute.payment_id)
        locked = DisputeEvidence.objects.select_for_update().get(pk=evidence.pk)
        # An event may have told meanwhile that Stripe has it.
        if not locked.awaiting_stripe:
            return
        locked.awaiting_stripe, locked.refused = False, why[:500]
        locked.save()
        audit.record("evidence.refused", locked, actor=None, note=why)


def _apply(answer: Json) -> None:
    # Our clock may be ahead of Stripe's: dated by it, the answer would hide the bank's decision.
    as_of = Dispute.objects.values_list("as_of", flat=True).get(stripe_dispute_id=answer["id"])
    apply_stripe_dispute(answer, as_of=as_of)
    mirror.store(answer)


def _moment(moment: datetime) -> str:
    return f"on {timezone.localtime(moment):%b %-d, %-I:%M %p %Z}"
