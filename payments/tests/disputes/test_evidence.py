"""The answer to a dispute: a draft, one submission, and what Stripe says of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from payments.errors import EvidenceChanged, EvidenceRefused
from payments.models import Dispute, DisputeEvidence
from payments.services.evidence import accept_dispute, submit_evidence
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import (
    FIELDS,
    at_stripe,
    disputed,
    save,
    submissions,
    submit,
    sweep,
)
from payments.tests.factories import DisputeFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


def state(evidence: DisputeEvidence) -> tuple[bool, bool, str, str]:
    """Return whether it was submitted, waits for Stripe, why it was refused, and the dispute."""
    evidence.refresh_from_db()
    status = Dispute.objects.get(pk=evidence.dispute_id).status
    return evidence.submitted_at is not None, evidence.awaiting_stripe, evidence.refused, status


def actions() -> list[str]:
    found = AuditEntry.objects.filter(object_type="payments.disputeevidence").order_by("at", "pk")
    return list(found.values_list("action", flat=True))


def test_a_draft_is_kept_and_nobody_at_stripe_hears_of_it(finance):
    dispute = disputed()
    evidence = save(dispute, finance, customer_name=" Ana Lee ", uncategorized_text="a\r\nb  ")

    assert evidence.fields == {"customer_name": "Ana Lee", "uncategorized_text": "a\nb"}
    assert (evidence.edited_by, state(evidence)) == (finance, (False, False, "", "needs_response"))
    assert submissions(dispute) == 0
    assert actions() == ["evidence.saved"]


def test_submitted_the_bank_reads_it_once_and_decides(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance, customer_name="Ana", uncategorized_text="winning_evidence")

    submit(evidence, finance)

    assert state(evidence) == (True, False, "", "under_review")
    assert evidence.submitted_by == finance
    found = at_stripe(dispute)
    assert {name: found["evidence"][name] for name in evidence.fields} == evidence.fields
    assert found["metadata"]["evidence_id"] == str(evidence.pk)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    assert (state(evidence)[-1], submissions(dispute)) == ("won", 1)
    assert stripe.ledger_of(dispute.payment) == [
        ("charge", 10000),
        ("dispute_reinstated", 10000),
        ("dispute_withdrawn", -10000),
        ("fee", -1500),
        ("fee", -320),
    ]
    assert actions() == ["evidence.saved", "evidence.submitted", "evidence.received"]


def test_of_two_who_edit_the_second_is_told_and_the_firsts_words_stand(finance):
    dispute, second = disputed(), UserFactory(role="finance", name="Bo")
    opened = save(dispute, finance).updated_at
    save(dispute, finance, seen=opened, customer_name="First")

    with pytest.raises(EvidenceChanged) as told:
        save(dispute, second, seen=opened, customer_name="Second")

    assert "saved this evidence" in told.value.detail
    assert DisputeEvidence.objects.get().fields == {"customer_name": "First"}


def test_of_two_first_drafts_the_second_is_told(finance):
    dispute = disputed()
    save(dispute, finance)
    with pytest.raises(EvidenceChanged):
        save(dispute, UserFactory(role="finance"))


def test_what_was_not_read_is_not_submitted(finance):
    dispute = disputed()
    read = save(dispute, finance)
    save(dispute, finance, seen=read.updated_at, customer_name="Other")
    with pytest.raises(EvidenceChanged):
        submit(read, finance)
    assert submissions(dispute) == 0


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"receipt": "file_1"}, "fields"),
        ({"customer_name": "x" * 256}, "customer_name"),
        ({"uncategorized_text": "x" * 20_001}, "uncategorized_text"),
    ],
)
def test_what_stripe_would_not_take_is_refused_beside_its_field(finance, fields, attr):
    with pytest.raises(InvalidInput) as refused:
        save(disputed(), finance, **fields)
    assert (refused.value.attr, DisputeEvidence.objects.count()) == (attr, 0)


def test_an_empty_answer_is_not_sent(finance):
    evidence = save(disputed(), finance, customer_name=" ")
    with pytest.raises(EvidenceRefused, match="nothing to send"):
        submit(evidence, finance)


@pytest.mark.parametrize("role", ["support", "manager", None])
def test_who_may_not_answer_disputes_is_refused(finance, role):
    dispute, nobody = disputed(), UserFactory(role=role)
    with pytest.raises(NotAllowed):
        save(dispute, nobody)
    evidence = save(dispute, finance)
    with pytest.raises(NotAllowed):
        submit(evidence, nobody)
    with pytest.raises(NotAllowed):
        accept_dispute(dispute_id=dispute.pk, actor=nobody)
    assert submissions(dispute) == 0


def test_a_dispute_that_is_not_there_is_not_found(finance):
    with pytest.raises(NotFound):
        submit_evidence(dispute_id=uuid7(), seen=timezone.now(), actor=finance, now=timezone.now())


def test_after_the_deadline_it_is_refused_with_the_reason(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    late = dispute.evidence_due_by or dispute.opened_at
    with pytest.raises(EvidenceRefused, match="The bank's deadline was on "):
        submit(evidence, finance, now=late)
    submit(evidence, finance, now=late - timedelta(seconds=1))
    assert submissions(dispute) == 1


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("won", "This dispute is closed: won."),
        ("lost", "This dispute is closed: lost."),
        ("warning_closed", "This dispute is closed: inquiry closed."),
        ("prevented", "This dispute is closed: prevented."),
        ("under_review", "The bank is looking at the answer sent in Stripe's dashboard."),
    ],
)
def test_what_is_decided_or_answered_is_refused_with_the_reason(finance, status, why):
    dispute = DisputeFactory(status=status)
    with pytest.raises(EvidenceRefused) as refused:
        save(dispute, finance)
    assert refused.value.detail == why


def test_stripes_refusal_is_kept_and_a_corrected_answer_is_sent(finance):
    dispute = disputed()
    evidence = save(dispute, finance, customer_email_address="nobody")
    with pytest.raises(EvidenceRefused) as refused:
        submit(evidence, finance)
    why = "Invalid email address: nobody"
    assert refused.value.detail == f"Stripe refused the evidence: {why}"
    assert state(evidence) == (True, False, why, "needs_response")

    right = save(dispute, finance, seen=evidence.updated_at, customer_email_address="a@b.example")
    submit(right, finance)

    assert state(evidence) == (True, False, "", "under_review")
    assert submissions(dispute) == 1


def test_a_dispute_closed_at_stripe_before_we_hear_of_it_is_refused(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    given = {"dispute": dispute.stripe_dispute_id, "outcome": "lost"}
    sandbox.control("POST", "actions/close_dispute", given)
    with pytest.raises(EvidenceRefused, match="already closed"):
        submit(evidence, finance)
    stripe.deliver()
    assert state(evidence) == (True, False, "This dispute is already closed.", "lost")


def test_an_answer_sent_in_the_dashboard_is_not_overwritten(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    path = f"disputes/{dispute.stripe_dispute_id}"
    fault = {"kind": "reset", "path": f"/v1/{path}", "method": "POST", "times": 9}
    sandbox.control("POST", "faults", {"api": [fault]})
    submit(evidence, finance)
    sandbox.control("DELETE", "faults")
    stripe.call("POST", path, **{"evidence[uncategorized_text]": "From the dashboard."})

    sweep()

    why = "The dispute is under review at Stripe, without this answer."
    assert state(evidence) == (True, False, why, "under_review")
    assert at_stripe(dispute)["evidence"]["uncategorized_text"] == "From the dashboard."
    assert submissions(dispute) == 1


def test_the_answer_sent_cannot_be_changed_any_more(finance):
    dispute = disputed()
    evidence = submit(save(dispute, finance), finance)
    with pytest.raises(EvidenceRefused, match="submitted the evidence on"):
        save(dispute, UserFactory(role="finance"), seen=evidence.updated_at, customer_name="Late")
    assert evidence.fields == FIELDS


def test_an_inquiry_is_answered_too(finance):
    dispute = disputed("pm_card_createDisputeInquiry")
    evidence = submit(save(dispute, finance), finance)
    assert state(evidence) == (True, False, "", "warning_under_review")


def test_an_inquiry_that_becomes_a_dispute_is_answered_again(sandbox, finance):
    dispute = disputed("pm_card_createDisputeInquiry")
    text = "escalate_inquiry_evidence"
    evidence = submit(save(dispute, finance, uncategorized_text=text), finance)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    assert state(evidence) == (True, False, "", "needs_response")

    again = save(dispute, finance, seen=evidence.updated_at, uncategorized_text="winning_evidence")
    submit(again, finance)
    assert state(evidence) == (True, False, "", "under_review")
    sandbox.control("POST", "jobs", {})
    stripe.deliver()

    assert (state(evidence)[-1], submissions(dispute)) == ("won", 1)
    with pytest.raises(EvidenceRefused):
        save(dispute, finance, seen=evidence.updated_at, uncategorized_text="more")


def test_a_dispute_that_is_accepted_is_lost_once(finance):
    dispute = disputed()
    assert accept_dispute(dispute_id=dispute.pk, actor=finance).status == "lost"
    with pytest.raises(EvidenceRefused, match="closed: lost"):
        accept_dispute(dispute_id=dispute.pk, actor=finance)
    stripe.deliver()
    assert len(stripe.events("charge.dispute.closed")) == 1
    assert sum(amount for kind, amount in stripe.ledger_of(dispute.payment) if kind != "fee") == 0
