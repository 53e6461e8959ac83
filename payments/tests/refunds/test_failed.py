"""Refunds that fail after all, and go back another way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry
from payments.errors import RefundRefused
from payments.models import Difference, Payment, Refund
from payments.queries.ledger import refundable
from payments.services.another_way import pay_another_way
from payments.services.paid_back import give_up_refund, mark_paid_back
from payments.services.reconcile.run import reconcile_lately
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import (
    approve,
    ask,
    at_once,
    dispute,
    failed,
    paid_in_full,
    questions,
    sweep,
)
from payments.tests.services.test_refunds import made_at_stripe, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def another_way(refund: Refund, actor: User) -> Refund:
    return pay_another_way(refund_id=refund.pk, actor=actor, now=timezone.now())


def pay(refund: Refund, actor: User) -> Refund:
    return mark_paid_back(
        refund_id=refund.pk, how="zelle", reference="Z-1", actor=actor, now=timezone.now()
    )


def differences(*, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    """Return what reconciling finds: its kind, and where; copies of Stripe's objects left out."""
    reconcile_lately(now=timezone.now() + after)
    # Stripe sends no event when the `amount_refunded` of a charge falls again.
    found = Difference.objects.filter(closed_at__isnull=True).exclude(kind="mirror_differs")
    return list(found.values_list("kind", "object_type"))


def paid_of(payment: Payment) -> int:
    return Booking.objects.get(pk=payment.booking_id).paid


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_reversed_by_the_bank_it_asks_once_and_is_known_to_have_succeeded(sandbox, manager, order):
    made = ask(paid("pm_card_refundFail"), 4000, manager)
    sandbox.control("POST", "jobs", {})

    for _ in range(2):
        stripe.deliver(*stripe.events()[::order])

    made.refresh_from_db()
    assert (made.status, made.succeeded_at is not None) == ("failed", True)
    assert questions() == [("refund_failed", "")]


def test_paid_back_another_way_it_is_set_aside_booked_once_and_linked(sandbox, manager):
    first = failed(sandbox, manager)

    again = [another_way(first, manager) for _ in range(2)]
    assert again[0] == again[1]
    assert (again[0].by_hand, again[0].amount, again[0].status) == (True, 4000, "pending")
    assert (refundable(first.payment), paid_of(first.payment)) == (6000, 10000)
    for _ in range(2):
        pay(again[0], manager)
    sweep()

    assert stripe.ledger_of(first.payment) == [
        ("charge", 10000),
        ("fee", -320),
        ("refund", -4000),
        ("refund", -4000),
        ("refund_reversal", 4000),
    ]
    assert (refundable(first.payment), paid_of(first.payment)) == (6000, 6000)
    assert made_at_stripe() == [4000]
    assert questions() == [("refund_failed", "paid_back_another_way")]
    linked = AuditEntry.objects.get(action="refund.paid_another_way")
    assert (linked.object_id, linked.changes) == (str(first.pk), {"instead": str(again[0].pk)})
    assert differences() == []


def test_given_up_it_can_be_tried_once_more(sandbox, manager):
    first = failed(sandbox, manager)
    second = another_way(first, manager)
    give_up_refund(refund_id=second.pk, reason="No Zelle.", actor=manager, now=timezone.now())

    third = another_way(first, manager)

    assert third != second
    assert (third.status, refundable(first.payment)) == ("pending", 6000)


def test_many_at_once_set_it_aside_once(sandbox, manager):
    first = failed(sandbox, manager)
    assert at_once(*[lambda: another_way(first, manager)] * 6) == [""] * 6
    assert refundable(first.payment) == 6000


def test_never_more_than_is_left(sandbox, manager):
    first = failed(sandbox, manager, amount=8000)
    ask(first.payment, 5000, manager)
    with pytest.raises(RefundRefused, match=r"At most \$50\.00"):
        another_way(first, manager)


def test_nothing_of_a_disputed_charge_or_of_what_did_not_fail(sandbox, manager):
    first = failed(sandbox, manager)
    dispute(sandbox, first.payment)
    with pytest.raises(RefundRefused, match="cardholder disputes"):
        another_way(first, manager)
    with pytest.raises(RefundRefused, match="Only a refund that failed"):
        another_way(ask(paid(), 1000, manager), manager)


def test_above_the_limit_another_way_takes_a_second_person_again(sandbox, manager):
    finance = UserFactory(role="finance")
    made = ask(paid_in_full("pm_card_refundFail"), 55000, manager)
    approve(made, finance)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()

    waiting = another_way(made, manager)
    assert (waiting.approval, waiting.status) == ("requested", "pending")
    approve(waiting, finance)
    pay(waiting, manager)

    assert (refundable(made.payment), paid_of(made.payment)) == (0, 0)


def test_refused_by_stripe_while_nobody_waits_it_asks_for_attention(sandbox, manager):
    payment = paid()
    fault = {"kind": "reset", "path": "/v1/refunds", "method": "POST", "times": 3}
    sandbox.control("POST", "faults", {"api": [fault]})
    refund = ask(payment, 5000, manager)
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=10000)

    sweep()

    refund.refresh_from_db()
    assert (refund.status, refund.succeeded_at) == ("failed", None)
    assert questions() == [("refund_failed", "")]


def test_a_day_old_request_that_is_approved_just_now_is_no_lost_call(sandbox, manager):
    refund = ask(paid_in_full(), 55000, manager)
    stripe.deliver()
    Refund.objects.filter(pk=refund.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert differences() == []
    fault = {"kind": "reset", "path": "/v1/refunds", "method": "POST", "times": 3}
    sandbox.control("POST", "faults", {"api": [fault]})
    approve(refund, UserFactory(role="finance"))

    assert differences() == []
    assert differences(after=timedelta(minutes=11)) == [("unanswered", "payments.Refund")]
