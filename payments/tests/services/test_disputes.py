"""Disputes as Stripe tells of them, against the sandbox over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Dispute, Payment
from payments.queries.ledger import refundable
from payments.services.attempts import Wanted
from payments.services.start import start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def test_a_lost_dispute_takes_the_money_and_a_fee_in_whatever_order_we_hear(sandbox):
    payment = paid("pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    disputed = stripe.call("GET", "disputes")["data"][0]
    sandbox.control("POST", "actions/close_dispute", {"dispute": disputed["id"], "outcome": "lost"})

    stripe.deliver(*stripe.events()[::-1])

    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.amount, dispute.reason) == ("lost", 10000, "fraudulent")
    assert stripe.ledger_of(payment) == [
        ("charge", 10000),
        ("dispute_withdrawn", -10000),
        ("fee", -1500),
        ("fee", -320),
    ]
    assert (refundable(payment), Booking.objects.get().paid) == (0, 0)


def test_a_won_dispute_brings_the_money_back(sandbox):
    payment = paid("pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    disputed = stripe.call("GET", "disputes")["data"][0]
    sandbox.control("POST", "actions/close_dispute", {"dispute": disputed["id"], "outcome": "won"})

    stripe.deliver()
    stripe.deliver()

    assert Dispute.objects.get().status == "won"
    assert sum(amount for kind, amount in stripe.ledger_of(payment) if kind != "fee") == 10000
    assert (refundable(payment), Booking.objects.get().paid) == (10000, 10000)


def test_a_dispute_that_the_bank_reopens_after_its_end_follows_stripe(sandbox):
    paid("pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    disputed = stripe.call("GET", "disputes")["data"][0]
    sandbox.control("POST", "actions/close_dispute", {"dispute": disputed["id"], "outcome": "lost"})
    stripe.deliver()
    assert Dispute.objects.get().status == "lost"
    [closed] = stripe.events("charge.dispute.closed")
    closed |= {"id": "evt_overturned", "created": closed["created"] + 60}
    closed["data"]["object"]["status"] = "won"

    stripe.deliver(closed)

    assert Dispute.objects.get().status == "won"


def test_a_payment_with_a_disputes_fee_is_still_asked_for_its_own(sandbox):
    asked = Wanted(
        booking_id=BookingFactory().pk, user=UserFactory(), surface=Payment.Surface.ELEMENTS
    )
    payment = start_payment(asked, now=timezone.now()).payment
    stripe.confirm(payment, "pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    assert ("fee", -1500) in stripe.ledger_of(payment)

    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))

    assert ("fee", -320) in stripe.ledger_of(payment)
