"""Disputes in the admin: every stage, the deadline, and the answer from draft to submission."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.tests.factories import UserFactory
from payments.models import Attention, Dispute, DisputeEvidence
from payments.services.evidence_fields import FIELDS
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import disputed, save, submissions, submit
from payments.tests.factories import DisputeFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def finance(staff):
    return staff("finance")


def address(dispute: Dispute, name: str = "evidence") -> str:
    return reverse(f"admin:payments_dispute_{name}", args=[dispute.pk])


def words(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.split()).replace("&#x27;", "'")


def fields(browser, dispute: Dispute, **typed: str) -> dict[str, str]:
    """Return what the form sends when it is opened and something is typed over."""
    form = browser.get(address(dispute)).context["form"]
    return {field.name: str(field.value() or "") for field in form} | typed


@pytest.mark.parametrize("status", Dispute.Status.values)
def test_each_stage_is_shown_in_the_list_and_on_its_page(finance, status):
    dispute = DisputeFactory(status=status)
    for name in ("changelist", "change"):
        args = [dispute.pk] if name == "change" else []
        page = finance.get(reverse(f"admin:payments_dispute_{name}", args=args))
        body = page.content.decode()
        assert f'class="state state--{status}"' in body
        for said in (
            "$100.00",
            "The cardholder says it was not them",
            str(dispute.payment.booking),
        ):
            assert said in body
        assert str(dispute.payment.customer) in body


def test_the_page_shows_the_money_it_moved_and_leads_to_stripe(finance, sandbox):
    dispute = disputed()
    given = {"dispute": dispute.stripe_dispute_id, "outcome": "won"}
    sandbox.control("POST", "actions/close_dispute", given)
    stripe.deliver()
    page = finance.get(address(dispute, "change"))
    said = words(page)
    assert "Dispute withdrawn -$100.00" in said
    assert "Fee -$15.00" in said
    assert "Dispute reinstated $100.00" in said
    assert f"/dashboard/object/{dispute.stripe_dispute_id}" in page.content.decode()


def test_those_to_answer_are_found_by_a_filter(finance):
    waiting = DisputeFactory(evidence_due_by=timezone.now() + timedelta(days=7, hours=1))
    DisputeFactory(status="won")
    page = finance.get(reverse("admin:payments_dispute_changelist"), {"to_do": "answer"})
    assert [found.pk for found in page.context["cl"].result_list] == [waiting.pk]
    assert "in 7 days" in words(page)


def test_the_form_is_filled_with_what_we_have_and_nothing_is_kept_by_looking(finance):
    dispute = disputed()
    form = fields(finance, dispute)
    assert form["customer_name"] == dispute.payment.booking.contact_name
    assert dispute.payment.booking.reference in form["product_description"]
    assert form["seen"] == ""
    assert DisputeEvidence.objects.count() == 0


def test_from_the_draft_over_all_of_it_in_words_to_the_bank(finance):
    dispute = disputed()
    form = fields(finance, dispute, uncategorized_text="She came & ate <well>.")

    read = finance.post(address(dispute), form | {"review": "Save and read it all…"}, follow=True)

    assert read.redirect_chain[-1][0] == address(dispute, "review")
    assert "Anything else She came &amp; ate &lt;well&gt;." in words(read)
    assert "Submit this to the bank?" in words(read)
    assert submissions(dispute) == 0

    done = finance.post(address(dispute, "review"), {"seen": read.context["seen"]}, follow=True)

    assert "The evidence is submitted: the bank has it." in words(done)
    assert submissions(dispute) == 1
    sent = stripe.call("GET", f"disputes/{dispute.stripe_dispute_id}")["evidence"]
    kept = DisputeEvidence.objects.get().fields
    assert {name: sent[name] for name in FIELDS if sent[name]} == kept
    assert kept["uncategorized_text"] == "She came & ate <well>."


def test_a_draft_is_saved_and_can_be_drafted_anew(finance):
    dispute = disputed()
    form = fields(finance, dispute, customer_name="Typed")
    saved = finance.post(address(dispute), form | {"save": "Save"}, follow=True)
    assert "The draft is saved. Nothing has been sent." in words(saved)
    assert fields(finance, dispute)["customer_name"] == "Typed"
    anew = finance.get(address(dispute), {"anew": ""}).context["form"]
    assert anew["customer_name"].value() == dispute.payment.booking.contact_name
    assert anew["seen"].value() == fields(finance, dispute)["seen"]


def test_of_two_who_edit_the_second_is_told_and_keeps_what_they_typed(finance, client):
    dispute = disputed()
    form = fields(finance, dispute, customer_name="Mine")
    save(dispute, UserFactory(role="finance", name="Bo Other"), customer_name="Theirs")

    told = finance.post(address(dispute), form | {"save": "Save"})

    assert "saved this evidence" in words(told)
    assert "open what they wrote" in words(told)
    assert told.context["form"]["customer_name"].value() == "Mine"
    assert DisputeEvidence.objects.get().fields == {"customer_name": "Theirs"}


def test_what_was_changed_after_reading_is_not_submitted(finance):
    dispute = disputed()
    other = UserFactory(role="finance")
    first = save(dispute, other)
    seen = finance.get(address(dispute, "review")).context["seen"]
    save(dispute, other, seen=first.updated_at, customer_name="Theirs")
    told = finance.post(address(dispute, "review"), {"seen": seen}, follow=True)
    assert "saved this evidence" in words(told)
    nothing = finance.post(address(dispute, "review"), {}, follow=True)
    assert "saved this evidence" in words(nothing)
    assert submissions(dispute) == 0


def test_stripes_refusal_is_shown_where_it_is_corrected(finance):
    dispute = disputed()
    form = fields(finance, dispute, customer_email_address="nobody")
    read = finance.post(address(dispute), form | {"review": "yes"}, follow=True)
    told = finance.post(address(dispute, "review"), {"seen": read.context["seen"]}, follow=True)
    assert "Stripe refused what was sent: Invalid email address: nobody" in words(told)
    right = fields(finance, dispute, customer_email_address="a@b.example")
    read = finance.post(address(dispute), right | {"review": "yes"}, follow=True)
    done = finance.post(address(dispute, "review"), {"seen": read.context["seen"]}, follow=True)
    assert "the bank has it" in words(done)


def test_without_an_answer_of_stripes_it_is_noted(finance, sandbox):
    dispute = disputed()
    evidence = save(dispute, UserFactory(role="finance"))
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    fault = {"kind": "reset", "path": path, "method": "POST", "times": 9}
    sandbox.control("POST", "faults", {"api": [fault]})
    seen = evidence.updated_at.isoformat()
    done = finance.post(address(dispute, "review"), {"seen": seen}, follow=True)
    assert "The evidence is noted and on its way to Stripe." in words(done)
    assert "Stripe has not answered yet." in words(done)


def test_after_the_submission_the_form_is_closed_with_the_reason(finance):
    dispute = disputed()
    submit(save(dispute, UserFactory(role="finance")), UserFactory(role="finance"))
    for name in ("evidence", "review"):
        told = finance.get(address(dispute, name), follow=True)
        assert "submitted the evidence on" in words(told)
        assert "Answer…" not in words(told)
    assert "Customer's name Ana Lee" in words(told)


def test_after_the_deadline_the_form_is_closed_with_the_reason(finance):
    dispute = DisputeFactory(evidence_due_by=timezone.now())
    told = finance.get(address(dispute), follow=True)
    assert "The bank's deadline was on" in words(told)
    assert "Answer…" not in words(told)


def test_a_dispute_is_accepted_after_a_question(finance):
    dispute = disputed()
    assert "Accept the dispute of $100.00?" in words(finance.get(address(dispute, "accept")))
    assert "The dispute is accepted: it is lost." in words(
        finance.post(address(dispute, "accept"), follow=True)
    )
    assert "This dispute is closed: lost." in words(
        finance.get(address(dispute, "accept"), follow=True)
    )
    assert "This dispute is closed: lost." in words(
        finance.post(address(dispute, "accept"), follow=True)
    )


@pytest.mark.parametrize("role", ["support", "manager"])
def test_who_may_not_answer_sees_the_dispute_and_no_more(staff, role):
    dispute, browser = disputed(), staff(role)
    page = browser.get(address(dispute, "change"))
    assert (page.status_code, "Answer…" in words(page)) == (200, False)
    for name in ("evidence", "review", "accept"):
        assert browser.get(address(dispute, name)).status_code == 403
        assert browser.post(address(dispute, name)).status_code == 403
    assert DisputeEvidence.objects.count() == 0


def test_the_party_that_is_disputed_is_kept_or_canceled_by_a_persons_word(staff):
    disputed()
    manager, question = staff("manager"), Attention.objects.get()
    page = reverse("admin:payments_attention_decide", args=[question.pk])
    said = words(manager.get(page))
    for choice in ("Keep the booking", "Cancel the booking…", "The dispute"):
        assert choice in said
    typed = {"decision": "booking_kept", "note": "They called", "confirmed": "yes"}
    manager.post(page, typed)
    question.refresh_from_db()
    assert (question.decision, question.note) == ("booking_kept", "They called")
