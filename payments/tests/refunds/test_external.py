"""Refunds made in Stripe's dashboard: what the booking becomes, a person decides."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from bookings.errors import DiscountTooLarge
from bookings.models import HOLDS_SLOT, Booking, Status
from bookings.tests.factories import BookingFactory, default_rules
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from payments.errors import AlreadyDecided
from payments.models import Attention, Payment, Refund
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.external_refunds import lower_bill_by_refund, owe_again
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import at_once, paid_in_full, questions
from payments.tests.services.parties import pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def in_the_dashboard(payment: Payment, amount: int = 5000) -> Attention | None:
    """Refund as somebody does in Stripe's dashboard, and hear of it twice."""
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=amount)
    stripe.deliver()
    stripe.deliver(*stripe.events()[::-1])
    return Attention.objects.filter(kind="external_refund").first()


def decide(choose: Callable[..., Attention], question: Attention | None, actor: User) -> Attention:
    assert question is not None
    return choose(attention_id=question.pk, note="A cold grill.", actor=actor, now=timezone.now())


def money(payment: Payment) -> tuple[int, int, int]:
    booking = Booking.objects.get(pk=payment.booking_id)
    return booking.total, booking.paid, booking.balance


def test_of_a_live_booking_it_asks_once_and_says_what_was_refunded():
    payment = paid_in_full()

    question = in_the_dashboard(payment)

    refund = Refund.objects.get()
    assert Attention.objects.get() == question
    assert question is not None
    assert (question.kind, question.booking_id, question.payment_id, question.facts) == (
        "external_refund",
        payment.booking_id,
        payment.pk,
        {"refund_id": str(refund.pk), "amount": 5000, "reason": "", "status": "succeeded"},
    )


def test_kept_as_it_is_it_owes_the_money_again(manager):
    payment = paid_in_full()

    decided = decide(owe_again, in_the_dashboard(payment), manager)

    assert (decided.decision, decided.closed_by, decided.note) == (
        "owed_again",
        manager,
        "A cold grill.",
    )
    assert money(payment) == (55000, 50000, 5000)


def test_as_goodwill_the_bill_falls_by_it_and_stays_so_when_priced_again(manager):
    payment = paid_in_full()

    decide(lower_bill_by_refund, in_the_dashboard(payment), manager)

    assert money(payment) == (50000, 50000, 0)
    line = Booking.objects.get(pk=payment.booking_id).lines[-1]
    assert (line["code"], line["label"], line["amount"]) == (
        "goodwill_refund",
        "Goodwill refund",
        -5000,
    )
    assert questions() == [("external_refund", "bill_lowered")]


def test_goodwill_lowers_a_taxed_bill_by_no_cent_more(manager):
    booking = BookingFactory(rules=default_rules(flat_tax=True))
    payment = pay(booking, payment_type="full")
    total = booking.total
    decide(lower_bill_by_refund, in_the_dashboard(payment, 3333), manager)
    assert money(payment) == (total - 3333, total - 3333, 0)


def test_canceling_the_booking_answers_it(manager):
    payment = paid_in_full()
    in_the_dashboard(payment)

    cancel_booking(
        booking_id=payment.booking_id,
        terms=Terms(reason="Refunded already."),
        actor=manager,
        now=timezone.now(),
    )

    assert questions() == [("external_refund", "booking_canceled")]


def test_of_several_who_decide_at_once_one_does_and_the_bill_falls_once(manager):
    payment = paid_in_full()
    question = in_the_dashboard(payment)

    told = at_once(*[lambda: decide(lower_bill_by_refund, question, manager)] * 5)

    assert sorted(told) == [""] + ["already_decided"] * 4
    assert money(payment) == (50000, 50000, 0)


def test_who_may_not_decide_does_not():
    question = in_the_dashboard(paid_in_full())
    support = UserFactory(role="support")
    for choose in (owe_again, lower_bill_by_refund):
        with pytest.raises(NotAllowed):
            decide(choose, question, support)
    assert questions() == [("external_refund", "")]


def test_what_the_bill_refuses_leaves_the_question_open(manager):
    question = in_the_dashboard(paid_in_full())
    Attention.objects.update(facts={"amount": 99999})
    with pytest.raises(DiscountTooLarge):
        decide(lower_bill_by_refund, question, manager)
    assert questions() == [("external_refund", "")]


def test_sent_back_by_the_bank_there_is_nothing_to_decide_any_more(sandbox, manager):
    payment = paid_in_full("pm_card_refundFail")
    question = in_the_dashboard(payment)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()

    assert questions() == [("external_refund", "money_came_back"), ("refund_failed", "")]
    with pytest.raises(AlreadyDecided):
        decide(owe_again, question, manager)


@pytest.mark.parametrize(
    ("status", "amount", "asks"),
    [
        (Status.COMPLETED, 5000, True),
        (Status.CANCELED, 5000, False),
        (Status.NO_SHOW, 5000, False),
    ],
)
def test_a_booking_that_is_over_asks_only_where_it_owes_again(status, amount, asks):
    payment = paid_in_full()
    booking = Booking.objects.get(pk=payment.booking_id)
    seat = booking.seat if status in HOLDS_SLOT else None
    Booking.objects.filter(pk=booking.pk).update(status=status, seat=seat)
    assert (in_the_dashboard(payment, amount) is not None) == asks


def test_a_tip_asks_nothing():
    booking = BookingFactory()
    pay(booking)
    tip = pay(booking, payment_type="gratuity", amount=2000)
    assert in_the_dashboard(tip, 2000) is None
