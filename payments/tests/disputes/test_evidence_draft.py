"""The first draft of an answer: what our rows prove, in Stripe's fields, and nothing else."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from bookings.models import Booking, Email
from customers.tests.factories import UserFactory
from payments import mirror
from payments.models import Dispute, DisputeEvidence
from payments.services.erase import erase_customer
from payments.services.evidence_draft import draft_evidence
from payments.services.evidence_fields import LONGEST_TEXT
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import disputed, save, submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

ACCEPTED = dt.datetime.fromisoformat("2026-11-01T15:12:07-08:00")


def draft(dispute: Dispute) -> dict[str, str]:
    known = Dispute.objects.select_related("payment__booking", "payment__customer")
    return draft_evidence(known.get(pk=dispute.pk), now=timezone.now())


def change(dispute: Dispute, **columns: object) -> None:
    Booking.objects.filter(pk=dispute.payment.booking_id).update(**columns)


def test_it_names_the_customer_the_party_and_what_was_paid():
    dispute = disputed()
    booking = dispute.payment.booking
    change(dispute, client_ip="203.0.113.7", terms_accepted_at=ACCEPTED)

    found = draft(dispute)

    assert (found["customer_name"], found["customer_email_address"]) == (
        booking.contact_name, booking.contact_email,
    )  # fmt: skip
    assert found["customer_purchase_ip"] == "203.0.113.7"
    assert found["service_date"] == f"{booking.date:%B} {booking.date.day}, {booking.date.year}"
    assert (
        f"cooks there for 8 guests.\nBooking {booking.reference}: " in found["product_description"]
    )
    assert found["product_description"].endswith("Total: $550.00")
    terms = found["cancellation_policy_disclosure"]
    assert "all but the deposit of $100.00 back." in terms
    assert terms.endswith(
        "The customer accepted these terms before paying, on November 1, 2026, at 3:12:07 PM PST "
        "from the IP address 203.0.113.7."
    )
    assert found["refund_policy_disclosure"] == terms
    assert found["cancellation_rebuttal"].startswith("The customer has not canceled the booking.")
    assert found["refund_refusal_explanation"] == "Nothing of this payment has been refunded."
    assert (
        "2026-11-01 15:12:07 PST  Terms accepted from 203.0.113.7" in found["access_activity_log"]
    )
    assert "Charge $100.00" in found["uncategorized_text"]


def test_what_we_do_not_know_is_not_claimed():
    found = draft(disputed())
    assert "customer_purchase_ip" not in found
    assert "accepted" not in found["cancellation_policy_disclosure"]
    assert "Terms accepted" not in found["access_activity_log"]


def test_a_canceled_booking_says_when_and_which_rule_applied():
    dispute = disputed()
    starts_at = dispute.payment.booking.starts_at
    change(
        dispute,
        status="canceled",
        seat=None,
        confirmed_at=timezone.now(),
        canceled_at=starts_at - dt.timedelta(hours=50),
    )
    said = draft(dispute)["cancellation_rebuttal"]
    assert said.startswith("The booking was canceled on ")
    assert said.endswith("or more before the party: all but the deposit of $100.00 back.")


def test_e_mails_are_quoted_without_their_links():
    dispute = disputed()
    email = Email.objects.filter(booking=dispute.payment.booking).earliest("created_at")
    Email.objects.filter(pk=email.pk).update(
        status="sent", sent_at=ACCEPTED, subject="Your party", text="Hello\nPay: [link:pay-booking]"
    )
    found = draft(dispute)
    line = f"2026-11-01 15:12:07 PST  E-mail to {email.to}: Your party"
    assert line in found["access_activity_log"]
    assert found["uncategorized_text"].endswith(f"to {email.to}: Your party\n> Hello")


def test_what_is_longer_than_stripe_takes_is_cut_at_the_end_of_a_line():
    dispute = disputed()
    Email.objects.filter(booking=dispute.payment.booking).update(
        kind="booking_received", status="sent", sent_at=ACCEPTED, text="A line of it\n" * 2000
    )
    text = draft(dispute)["uncategorized_text"]
    assert LONGEST_TEXT - 20 < len(text) <= LONGEST_TEXT
    assert text.endswith("> A line of it\n…")


def test_erasing_the_person_erases_what_a_bank_was_told(sandbox):
    dispute, finance = disputed(), UserFactory(role="finance")
    name = dispute.payment.customer.name
    submit(
        save(dispute, finance, customer_name=name, uncategorized_text="losing_evidence"), finance
    )
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    change(dispute, status="completed", client_ip="203.0.113.7")

    erase_customer(
        customer_id=dispute.payment.customer_id,
        typed_name=name,
        actor=UserFactory(role="admin"),
        now=timezone.now(),
    )

    assert DisputeEvidence.objects.get().fields == {}
    assert Booking.objects.get().client_ip is None
    copy = mirror.stored({"object": "dispute", "id": dispute.stripe_dispute_id})
    assert name not in json.dumps(copy)
