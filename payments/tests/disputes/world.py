"""Payments that a bank disputes at the sandbox, and what is done about them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from customers.models import User
from payments.models import Dispute, DisputeEvidence, Payment
from payments.services.evidence import save_evidence, submit_evidence
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid

FIELDS = {"customer_name": "Ana Lee", "uncategorized_text": "She came and ate."}


def disputed(card: str = "pm_card_createDispute") -> Dispute:
    """Return a dispute of a deposit that we have heard of."""
    payment = paid(card)
    stripe.deliver()
    return Dispute.objects.select_related("payment__booking").get(payment=payment)


def save(
    dispute: Dispute, actor: User, *, seen: datetime | None = None, **fields: str
) -> DisputeEvidence:
    return save_evidence(
        dispute_id=dispute.pk,
        fields=fields or FIELDS,
        seen=seen,
        actor=actor,
        now=timezone.now(),
    )


def submit(evidence: DisputeEvidence, actor: User, **more: Any) -> DisputeEvidence:
    asked = {"seen": evidence.updated_at, "now": timezone.now()} | more
    return submit_evidence(dispute_id=evidence.dispute_id, actor=actor, **asked)


def sweep(*, after: timedelta = timedelta(minutes=2)) -> int:
    """Let the sweeper come by."""
    return sweep_stripe_calls(now=timezone.now() + after)


def at_stripe(dispute: Dispute) -> dict[str, Any]:
    return stripe.call("GET", f"disputes/{dispute.stripe_dispute_id}")


def submissions(dispute: Dispute) -> int:
    """Return how often the bank was sent an answer."""
    count: int = at_stripe(dispute)["evidence_details"]["submission_count"]
    return count


def warned() -> Payment:
    """Return a payment that its card's network suspects, and we have heard so."""
    payment = paid("pm_card_createIssuerFraudRecord")
    stripe.deliver()
    return payment
