"""Every way a dispute can go, heard of in every order: one end, and the same money."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Booking
from customers.tests.factories import UserFactory
from payments.models import Attention, Dispute, Payment
from payments.queries.ledger import refundable
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.disputes import keep_booking
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

CHARGED = [("charge", 10000), ("fee", -320)]
WITHDRAWN = [("dispute_withdrawn", -10000), ("fee", -1500)]
REINSTATED = [("dispute_reinstated", 10000)]
DISPUTE, INQUIRY = False, True
Steps = tuple[str, ...]

# Which it is, what happens at Stripe, and how that ends: the status and the money.
WAYS: dict[str, tuple[bool, Steps, str, list[tuple[str, int]]]] = {
    "opened": (DISPUTE, (), "needs_response", WITHDRAWN),
    "answered": (DISPUTE, ("evidence",), "under_review", WITHDRAWN),
    "won": (DISPUTE, ("evidence", "won"), "won", WITHDRAWN + REINSTATED),
    "lost": (DISPUTE, ("evidence", "lost"), "lost", WITHDRAWN),
    "lost unanswered": (DISPUTE, ("lost",), "lost", WITHDRAWN),
    "accepted": (DISPUTE, ("accept",), "lost", WITHDRAWN),
    "inquiry": (INQUIRY, (), "warning_needs_response", []),
    "inquiry answered": (INQUIRY, ("evidence",), "warning_under_review", []),
    "inquiry closed": (INQUIRY, ("evidence", "won"), "warning_closed", []),
    "inquiry escalated": (INQUIRY, ("escalate",), "needs_response", WITHDRAWN),
    "inquiry escalated and won": (
        INQUIRY,
        ("escalate", "evidence", "won"),
        "won",
        WITHDRAWN + REINSTATED,
    ),
}


def unheard(sandbox: Any, *steps: str, inquiry: bool = DISPUTE) -> Payment:
    """Return a payment that is disputed at Stripe, where this happens then; we hear of nothing."""
    payment = paid()
    given = {"charge": payment.stripe_charge_id, "inquiry": inquiry}
    go(sandbox, sandbox.control("POST", "actions/open_dispute", given)["id"], steps)
    return payment


def go(sandbox: Any, dispute: str, steps: Steps) -> None:
    """Let this happen to a dispute at Stripe."""
    for step in steps:
        if step == "evidence":
            stripe.call("POST", f"disputes/{dispute}", **{"evidence[customer_name]": "Ana"})
        elif step == "accept":
            stripe.call("POST", f"disputes/{dispute}/close")
        elif step == "escalate":
            sandbox.control("POST", "actions/escalate_dispute", {"dispute": dispute})
        else:
            given = {"dispute": dispute, "outcome": step}
            sandbox.control("POST", "actions/close_dispute", given)


def shuffled(found: list[stripe.Json]) -> list[stripe.Json]:
    twice = found * 2
    random.Random(7).shuffle(twice)
    return twice


ORDERS: dict[str, Callable[[list[stripe.Json]], list[stripe.Json]]] = {
    "in order": lambda found: found,
    "backwards": lambda found: found[::-1],
    "shuffled, twice each": shuffled,
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("way", WAYS)
def test_a_dispute_ends_where_stripe_says_and_so_does_its_money(sandbox, way, order):
    inquiry, steps, status, money = WAYS[way]
    payment = unheard(sandbox, *steps, inquiry=inquiry)

    stripe.deliver(*order(stripe.events()))

    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.amount) == (status, 10000)
    assert stripe.ledger_of(payment) == sorted(CHARGED + money)
    left = 10000 + sum(amount for kind, amount in money if kind != "fee")
    assert (Booking.objects.get().paid, Payment.objects.get().status) == (left, "succeeded")
    assert refundable(payment) in (left, 0)
    assert stripe.inbox_states() == {"processed"}


def questions() -> list[tuple[str, str, dict[str, Any]]]:
    return list(Attention.objects.values_list("kind", "decision", "facts"))


def test_a_dispute_of_a_party_still_to_come_asks_staff_once(sandbox):
    payment = unheard(sandbox)
    stripe.deliver()
    dispute = Dispute.objects.get()
    go(sandbox, dispute.stripe_dispute_id, ("evidence", "won"))
    stripe.deliver()
    assert questions() == [
        (
            "dispute",
            "",
            {
                "dispute_id": str(dispute.pk),
                "amount": 10000,
                "reason": "fraudulent",
                "status": "needs_response",
                "evidence_due_by": f"{dispute.evidence_due_by:%Y-%m-%dT%H:%M:%S}+00:00",
            },
        )
    ]
    assert Attention.objects.get().payment == payment


def test_the_party_is_kept_by_somebodys_word_and_the_dispute_goes_on(sandbox):
    unheard(sandbox)
    stripe.deliver()
    manager = UserFactory(role="manager")
    question = Attention.objects.get()
    keep_booking(attention_id=question.pk, note="They called", actor=manager, now=timezone.now())
    stripe.deliver()
    question.refresh_from_db()
    assert (question.decision, question.note) == ("booking_kept", "They called")
    assert (Attention.objects.count(), Dispute.objects.get().status) == (1, "needs_response")


def test_canceling_the_booking_answers_the_question(sandbox):
    payment = unheard(sandbox)
    stripe.deliver()
    cancel_booking(
        booking_id=payment.booking_id,
        terms=Terms(reason="Disputed", expected_refund=0),
        actor=UserFactory(role="manager"),
        now=timezone.now(),
    )
    assert [decision for _, decision, _ in questions()] == ["booking_canceled"]


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_one_of_a_party_that_is_over_asks_nothing(sandbox, status):
    unheard(sandbox)
    Booking.objects.update(status=status, seat=None if status == "no_show" else 1)
    stripe.deliver()
    assert (Dispute.objects.count(), questions()) == (1, [])


def test_one_that_was_decided_before_we_heard_of_it_asks_nothing(sandbox):
    unheard(sandbox, "lost")
    stripe.deliver(*stripe.events()[::-1])
    assert (Dispute.objects.get().status, questions()) == ("lost", [])


def test_an_inquiry_asks_too(sandbox):
    unheard(sandbox, inquiry=INQUIRY)
    stripe.deliver()
    assert [facts["status"] for _, _, facts in questions()] == ["warning_needs_response"]
