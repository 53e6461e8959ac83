"""Disputes as Stripe tells of them, against the sandbox over HTTP."""

import pytest

from bookings.models import Booking
from payments.models import Dispute
from payments.queries.ledger import refundable
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
