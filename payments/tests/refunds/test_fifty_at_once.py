"""Fifty refunds of one payment by four people at the same moment, and what approvals do to it."""

from collections import Counter
from functools import partial

import pytest

from customers.models import User
from customers.tests.factories import UserFactory
from payments.models import Refund
from payments.queries.ledger import refundable
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import approve, ask, at_once, paid_in_full, sweep
from payments.tests.services.test_refunds import made_at_stripe, paid_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

PAID = 55000


def rows(**wanted: str) -> list[int]:
    found = Refund.objects.filter(**wanted)
    return sorted(found.values_list("amount", flat=True))


def people() -> dict[str, User]:
    return {
        "support": UserFactory(role="support"),
        "manager": UserFactory(role="manager"),
        "bold manager": UserFactory(role="manager"),
        "finance": UserFactory(role="finance"),
    }


def test_fifty_refunds_by_four_people_never_give_back_more_than_was_paid():
    payment, who = paid_in_full(), people()
    # Who asks for how much, in turn; $501.00 is over a manager's limit.
    asked = [("manager", 4000), ("support", 1000), ("bold manager", 50100), ("finance", 7000)]
    turns = [asked[number % 4] for number in range(50)]

    told = at_once(*(partial(ask, payment, amount, who[name]) for name, amount in turns))

    by_support = [code for (name, _), code in zip(turns, told, strict=True) if name == "support"]
    assert set(by_support) == {"permission_denied"}
    assert set(told) <= {"", "permission_denied", "refund_refused"}
    accepted = sorted(amount for (_, amount), code in zip(turns, told, strict=True) if code == "")
    assert rows() == accepted
    assert refundable(payment) == PAID - sum(accepted) < 4000
    sent = rows(approval="")
    assert made_at_stripe() == sent == rows(status="succeeded")

    for waiting in Refund.objects.to_approve():
        approve(waiting, who["finance"])
    sweep()
    stripe.deliver()

    assert made_at_stripe() == accepted
    assert paid_of(payment) == PAID - sum(accepted)
    assert sorted(-amount for kind, amount in stripe.ledger_of(payment) if kind == "refund") == (
        accepted
    )


def test_approvals_and_refunds_at_once_never_give_back_more_than_was_paid():
    payment, who = paid_in_full(), people()
    waiting = ask(payment, 50100, who["bold manager"])
    asked = [partial(ask, payment, 2000, who["manager"]) for _ in range(20)]
    approvals = [partial(approve, waiting, who["finance"]) for _ in range(5)]

    told = Counter(at_once(*asked, *approvals))

    assert told == {"": 2 + 5, "refund_refused": 18}
    assert made_at_stripe() == [2000, 2000, 50100]
    assert refundable(payment) == 900
