"""Refunds asked for, approved, rejected, failed and paid another way, in any order at all."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.utils import timezone

from bookings.models import Booking
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError
from payments.models import Refund
from payments.queries.ledger import refundable
from payments.services.another_way import pay_another_way
from payments.services.paid_back import give_up_refund, mark_paid_back
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import approve, ask, paid_in_full, reject
from payments.tests.services.test_refunds import paid_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

PAID = 55000
LIVE = ("pending", "requires_action", "succeeded")
STEPS = 25


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_is_what_was_paid_less_every_live_refund(sandbox, seed: int):
    draw = random.Random(seed)
    # Each refund at Stripe fails once its time has come.
    payment = paid_in_full("pm_card_refundFail")
    manager, finance = UserFactory(role="manager"), UserFactory(role="finance")
    now = timezone.now

    def any_refund() -> Refund:
        return draw.choice(Refund.objects.order_by("created_at", "pk") or [Refund()])

    def hear_of_failures() -> None:
        sandbox.control("POST", "jobs", {})
        stripe.deliver()

    def in_the_dashboard() -> None:
        # What is set aside here, Stripe knows nothing of: `test_approval` refunds that too.
        if left := refundable(payment):
            intent, amount = payment.stripe_payment_intent_id, draw.randint(1, left)
            stripe.call("POST", "refunds", payment_intent=intent, amount=amount)
            stripe.deliver()

    steps: list[Callable[[], object]] = [
        lambda: ask(payment, draw.randint(1, 60000), manager),
        lambda: ask(payment, draw.randint(50001, 55000), manager),
        lambda: approve(any_refund(), finance),
        lambda: reject(any_refund(), finance),
        lambda: pay_another_way(refund_id=any_refund().pk, actor=manager, now=now()),
        lambda: mark_paid_back(refund_id=any_refund().pk, how="cash", actor=manager, now=now()),
        lambda: give_up_refund(refund_id=any_refund().pk, reason="No.", actor=manager, now=now()),
        hear_of_failures,
        in_the_dashboard,
    ]
    for _ in range(STEPS):
        with suppress(DomainError):
            draw.choice(steps)()
        live = sum(row.amount for row in Refund.objects.filter(status__in=LIVE))
        gone = sum(row.amount for row in Refund.objects.filter(status="succeeded"))
        assert refundable(payment) == PAID - live >= 0
        assert paid_of(payment) == PAID - gone
    assert Booking.objects.get().paid >= 0
