"""What comparing costs: calls by the page, and memory that doesn't grow."""

import logging
import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Payment
from payments.tests import stripe_world as stripe
from payments.tests.factories import PaymentFactory
from payments.tests.reconcile import world

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sandbox"),
]


def paid_at_stripe_alone(booking, customer: str) -> None:
    """Pay an attempt whose answer and events have all been lost."""
    payment = PaymentFactory(
        booking=booking, surface="payment_intent", payment_type="gratuity", amount=700,
        method=Payment.Method.STRIPE, status="canceled",
    )  # fmt: skip
    stripe.call(
        "POST", "payment_intents", amount=700, currency="usd", customer=customer,
        confirm="true", payment_method="pm_card_visa", return_url="https://example.com",
        **{"metadata[payment_id]": str(payment.pk)},
    )  # fmt: skip


def test_five_hundred_lost_payments_are_found_and_comparing_them_takes_a_call_a_page(caplog):
    booking = PaymentFactory(status="canceled").booking
    customer = stripe.call("POST", "customers", email="a@example.com")["id"]
    for _ in range(500):
        paid_at_stripe_alone(booking, customer)
    is_well, said = world.reconcile("--fix")
    assert is_well, said[-2000:]
    assert Payment.objects.succeeded().count() == 500

    caplog.set_level(logging.INFO, logger="stripe")
    caplog.clear()
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        assert world.reconcile() == (True, "0 differences.\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    calls = [each for each in caplog.records if "Request to Stripe" in each.getMessage()]

    # Five pages of intents, of charges and of balance transactions, one of each of the other six
    # types.
    assert len(calls) == 21
    assert len(queries) < 150
    assert peak < 30 * 2**20
