"""A refund cut off between any two steps: after the sweep its money has moved exactly once."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from customers.models import User
from customers.tests.factories import UserFactory
from payments import mirror
from payments.models import Payment, Refund
from payments.queries.ledger import refundable
from payments.services.locks import lock_payment
from payments.tests import stripe_world as stripe
from payments.tests.killing import killed, until
from payments.tests.refunds.world import approve, ask, paid_in_full, sweep
from payments.tests.services.test_refunds import made_at_stripe, paid, paid_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

Start = tuple[Payment, Callable[[], object], int]


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


@pytest.fixture(params=["asked for", "approved"])
def start(request: pytest.FixtureRequest, finance: User) -> Start:
    """A payment, what sends its refund, and how much that is: by one person, or by two."""
    if request.param == "asked for":
        payment = paid()
        return payment, partial(ask, payment, 4000, finance), 4000
    payment = paid_in_full()
    waiting = ask(payment, 51000, UserFactory(role="manager"))
    return payment, partial(approve, waiting, finance), 51000


def slow(sandbox: Any, *, kind: str, seconds: float) -> None:
    where = {"path": "/v1/refunds", "method": "POST", "seconds": seconds}
    sandbox.control("POST", "faults", {"api": [{"kind": kind, **where}]})


def is_on_its_way() -> bool:
    return Refund.objects.filter(awaiting_stripe=True).exists()


def assert_moved_once(payment: Payment, amount: int) -> None:
    sweep()
    sweep()
    stripe.deliver()
    assert made_at_stripe() == [amount]
    assert [(each.status, each.awaiting_stripe) for each in Refund.objects.all()] == [
        ("succeeded", False)
    ]
    left = payment.amount - amount
    assert (refundable(payment), paid_of(payment)) == (left, left)
    assert [moved for kind, moved in stripe.ledger_of(payment) if kind == "refund"] == [-amount]


def test_killed_before_our_row_commits_nothing_moves_until_it_is_asked_again(start: Start):
    payment, send, amount = start

    def send_late() -> None:
        time.sleep(0.3)
        send()

    with killed(send_late) as kill, transaction.atomic():
        lock_payment(payment.pk)
        time.sleep(0.8)
        kill()
    sweep()
    assert (made_at_stripe(), is_on_its_way()) == ([], False)

    send()

    assert_moved_once(payment, amount)


def test_killed_before_stripe_hears_of_it_the_sweeper_sends_it(sandbox, start: Start):
    payment, send, amount = start
    slow(sandbox, kind="timeout", seconds=2)
    with killed(send):
        until(is_on_its_way)
    assert made_at_stripe() == []

    assert_moved_once(payment, amount)


@pytest.mark.parametrize("finish", [sweep, stripe.deliver], ids=["the sweeper", "an event"])
def test_killed_before_the_answer_is_written_down_it_is_found_and_not_sent_again(
    sandbox, start: Start, finish
):
    payment, send, amount = start
    slow(sandbox, kind="latency", seconds=1)
    with killed(send) as kill, transaction.atomic():
        until(is_on_its_way)
        lock_payment(payment.pk)
        until(lambda: made_at_stripe() == [amount])
        # Long enough for the answer to arrive, and wait for the lock.
        time.sleep(0.3)
        kill()
    assert is_on_its_way()

    finish()

    assert not is_on_its_way()
    assert_moved_once(payment, amount)


def test_killed_before_stripes_copy_is_kept_the_event_keeps_it(sandbox, start: Start):
    payment, send, amount = start
    slow(sandbox, kind="latency", seconds=0.5)
    with killed(send) as kill:
        until(is_on_its_way)
        until(lambda: not is_on_its_way())
        kill()

    assert_moved_once(payment, amount)
    refund = Refund.objects.get()
    assert mirror.stored({"object": "refund", "id": refund.stripe_refund_id}) is not None


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after", "timeout"])
def test_an_answer_that_does_not_come_moves_it_once(sandbox, start: Start, kind: str):
    payment, send, amount = start
    call = {"path": "/v1/refunds", "method": "POST", "seconds": 0.1}
    # The first is met as asked; the SDK's own retries meet a connection that drops.
    faults = [{"kind": kind, **call}, {"kind": "reset", "times": 2, **call}]
    sandbox.control("POST", "faults", {"api": faults})

    send()
    assert is_on_its_way()
    sandbox.control("DELETE", "faults")

    assert_moved_once(payment, amount)
