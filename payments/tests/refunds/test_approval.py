"""Refunds above somebody's limit, which a second person approves, against the sandbox."""

import pytest
from django.db import IntegrityError, transaction

from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.models import AuditEntry
from payments.errors import AlreadyDecided, RefundOverLimit, RefundRefused
from payments.models import LedgerEntry, Refund
from payments.queries.ledger import refundable
from payments.services.paid_back import is_waiting, mark_paid_back
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import (
    approve,
    ask,
    at_once,
    dispute,
    paid_in_full,
    questions,
    reject,
    sweep,
)
from payments.tests.services.parties import pay_by_hand
from payments.tests.services.test_refunds import made_at_stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


def state(refund: Refund) -> tuple[str, str, bool]:
    refund.refresh_from_db()
    return refund.status, refund.approval, refund.awaiting_stripe


def booked(refund: Refund) -> list[int]:
    entries = LedgerEntry.objects.filter(payment=refund.payment, kind="refund")
    return list(entries.values_list("amount", flat=True))


def test_above_the_limit_it_waits_with_its_money_set_aside_and_stripe_hears_nothing(manager):
    payment = paid_in_full()

    refund = ask(payment, 50001, manager)
    sweep()

    assert state(refund) == ("pending", "requested", False)
    assert (refundable(payment), booked(refund), made_at_stripe()) == (4999, [], [])
    with pytest.raises(RefundRefused, match=r"At most \$49\.99"):
        ask(payment, 5000, manager)


def test_up_to_the_limit_or_by_finance_it_waits_for_nobody(manager, finance):
    payment, other = paid_in_full(), paid_in_full()
    assert state(ask(payment, 50000, manager)) == ("succeeded", "", False)
    assert state(ask(other, 55000, finance)) == ("succeeded", "", False)


def test_where_nobody_asks_for_approval_more_than_the_limit_is_refused(manager):
    payment = paid_in_full()
    with pytest.raises(RefundOverLimit):
        ask(payment, 50001, manager, may_ask=False)
    assert refundable(payment) == 55000


def test_approved_it_goes_to_stripe_once(manager, finance):
    refund = ask(paid_in_full(), 55000, manager)

    done = [approve(refund, finance) for _ in range(2)]
    stripe.deliver()

    assert [each.status for each in done] == ["succeeded", "succeeded"]
    assert state(refund) == ("succeeded", "approved", False)
    assert (refund.decided_by, booked(refund), made_at_stripe()) == (finance, [-55000], [55000])
    trail = AuditEntry.objects.filter(object_id=str(refund.pk), actor__isnull=False)
    assert list(trail.order_by("pk").values_list("action", "actor")) == [
        ("refund.requested", manager.pk),
        ("refund.approved", finance.pk),
    ]


def test_rejected_with_a_reason_its_money_is_free_again(manager, finance):
    payment = paid_in_full()
    refund = ask(payment, 55000, manager)
    with pytest.raises(InvalidInput):
        reject(refund, finance, reason=" ")

    reject(refund, finance)

    assert state(refund) == ("canceled", "rejected", False)
    assert (refundable(payment), booked(refund), made_at_stripe()) == (55000, [], [])
    with pytest.raises(AlreadyDecided, match="rejected already"):
        approve(refund, UserFactory(role="finance"))


def test_who_asked_and_who_may_not_decide_do_not(manager):
    refund = ask(paid_in_full(), 55000, manager)
    with pytest.raises(NotAllowed, match="may not approve"):
        approve(refund, UserFactory(role="manager"))

    manager.groups.set(UserFactory(role="finance").groups.all())
    promoted = User.objects.get(pk=manager.pk)
    for decide in (approve, reject):
        with pytest.raises(NotAllowed, match="somebody else"):
            decide(refund, promoted)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(approval="approved", decided_by=promoted)

    assert state(refund) == ("pending", "requested", False)


def test_of_several_who_decide_at_once_one_does(manager):
    refund = ask(paid_in_full(), 55000, manager)
    people = [UserFactory(role="finance") for _ in range(6)]
    decide = [approve, reject] * 3

    told = at_once(
        *(lambda do=do, who=who: do(refund, who) for do, who in zip(decide, people, strict=True))
    )

    assert sorted(told) == [""] + ["already_decided"] * 5
    status, approval, _ = state(refund)
    assert (status, approval, made_at_stripe()) in (
        ("succeeded", "approved", [55000]),
        ("canceled", "rejected", []),
    )


def test_disputed_meanwhile_it_is_not_approved_and_can_be_rejected(sandbox, manager, finance):
    payment = paid_in_full()
    refund = ask(payment, 52000, manager)
    dispute(sandbox, payment)

    with pytest.raises(RefundRefused, match="cardholder disputes"):
        approve(refund, finance)

    assert state(refund) == ("pending", "requested", False)
    reject(refund, finance)
    assert (state(refund)[0], made_at_stripe()) == ("canceled", [])


def test_refunded_in_the_dashboard_meanwhile_only_what_is_left_is_approved(manager, finance):
    payment = paid_in_full()
    refund = ask(payment, 52000, manager)
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=4000)
    stripe.deliver()

    with pytest.raises(RefundRefused, match=r"Only \$510\.00"):
        approve(refund, finance)

    assert (state(refund), refundable(payment)) == (("pending", "requested", False), 0)


def test_approved_without_an_answer_from_stripe_the_sweeper_goes_on(sandbox, manager, finance):
    refund = ask(paid_in_full(), 55000, manager)
    fault = {"kind": "reset", "path": "/v1/refunds", "method": "POST", "times": 3}
    sandbox.control("POST", "faults", {"api": [fault]})

    approve(refund, finance)
    assert state(refund) == ("pending", "approved", True)
    sweep()

    assert (state(refund), made_at_stripe()) == (("succeeded", "approved", False), [55000])
    assert questions() == []


def test_what_did_not_come_by_card_is_paid_back_once_it_is_approved(manager, finance):
    payment = pay_by_hand(BookingFactory(), amount=55000)
    refund = ask(payment, 55000, manager)
    pay = {"how": "zelle", "actor": manager, "now": refund.created_at}
    assert (is_waiting(refund), Refund.objects.to_pay_back().count()) == (False, 0)
    with pytest.raises(RefundRefused, match="waits for approval"):
        mark_paid_back(refund_id=refund.pk, **pay)

    approve(refund, finance)
    assert Refund.objects.to_pay_back().get() == refund
    mark_paid_back(refund_id=refund.pk, **pay)

    assert (state(refund), booked(refund)) == (("succeeded", "approved", False), [-55000])
