"""Refunds, ours and those made in Stripe's dashboard, against the sandbox over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from payments.errors import RefundOverLimit, RefundRefused
from payments.models import Payment, Refund
from payments.queries.ledger import refundable
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.refunds import refund_payment
from payments.services.start import start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.factories import RefundFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def paid(card: str = "pm_card_visa", **wanted) -> Payment:
    """Return a payment that Stripe has taken and we know of."""
    booking = BookingFactory()
    asked = Wanted(
        booking_id=booking.pk, user=UserFactory(), surface=Payment.Surface.ELEMENTS, **wanted
    )
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    stripe.confirm(payment, card)
    refresh_payment(payment_id=payment.pk, now=timezone.now())
    payment.refresh_from_db()
    return payment


@pytest.fixture
def finance(db) -> User:
    return UserFactory(role="finance")


def refund(payment: Payment, amount: int | None, actor: User, **more) -> Refund:
    return refund_payment(
        payment_id=payment.pk, amount=amount, actor=actor, now=timezone.now(), **more
    )


def made_at_stripe() -> list[int]:
    return sorted(found["amount"] for found in stripe.call("GET", "refunds", limit=100)["data"])


def paid_of(payment: Payment) -> int:
    return Booking.objects.get(pk=payment.booking_id).paid


def test_part_of_a_payment_goes_back_and_the_webhooks_add_nothing(finance: User):
    payment = paid()

    made = refund(payment, 5000, finance, reason="customer_request", notes="Rain.")
    stripe.deliver()
    stripe.deliver(*stripe.events()[::-1])

    made.refresh_from_db()
    assert (made.status, made.amount, made.reason) == ("succeeded", 5000, "customer_request")
    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320), ("refund", -5000)]
    assert (paid_of(payment), refundable(payment)) == (5000, 5000)
    sent = stripe.call("GET", f"refunds/{made.stripe_refund_id}")
    assert (sent["reason"], sent["metadata"]["refund_id"]) == (
        "requested_by_customer",
        str(made.pk),
    )


def test_no_amount_gives_back_all_that_is_left(finance: User):
    payment = paid()
    refund(payment, 2500, finance)

    rest = refund(payment, None, finance)

    assert (rest.amount, refundable(payment), paid_of(payment)) == (7500, 0, 0)


@pytest.mark.parametrize("amount", [10001, 0, -5])
def test_more_than_is_left_or_nothing_is_refused_before_stripe_is_called(
    finance: User, amount: int
):
    payment = paid()

    with pytest.raises(RefundRefused):
        refund(payment, amount, finance)

    assert (made_at_stripe(), Refund.objects.count()) == ([], 0)


def test_fifty_at_once_never_give_back_more_than_was_paid(finance: User):
    payment = paid()

    def ask(_: int) -> bool:
        try:
            refund(payment, 3000, finance)
        except RefundRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as pool:
        accepted = sum(pool.map(ask, range(50)))

    assert accepted == 3
    assert made_at_stripe() == [3000, 3000, 3000]
    assert refundable(payment) == 1000


def test_who_may_refund_and_how_much():
    payment = paid(payment_type="full", amount=55000)

    with pytest.raises(NotAllowed):
        refund(payment, 100, UserFactory(role="support"))
    with pytest.raises(RefundOverLimit):
        refund(payment, 50001, UserFactory(role="manager"))
    refund(payment, 50000, UserFactory(role="manager", email="other@example.com"))

    assert made_at_stripe() == [50000]


def test_a_refund_that_fails_later_gives_the_money_back_to_the_books(finance, sandbox):
    payment = paid("pm_card_refundFail")
    made = refund(payment, 4000, finance)
    sandbox.control("POST", "jobs", {})

    stripe.deliver(*stripe.events()[::-1])

    made.refresh_from_db()
    assert made.status == "failed"
    assert stripe.ledger_of(payment) == [
        ("charge", 10000),
        ("fee", -320),
        ("refund", -4000),
        ("refund_reversal", 4000),
    ]
    assert (paid_of(payment), refundable(payment)) == (10000, 10000)


def test_a_refund_made_in_the_dashboard_appears_by_itself_and_once(finance: User):
    payment = paid()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=1500)

    stripe.deliver()
    stripe.deliver()

    external = Refund.objects.get()
    assert (external.amount, external.requested_by, external.status) == (1500, None, "succeeded")
    assert (paid_of(payment), refundable(payment)) == (8500, 8500)


def test_a_refund_that_stripe_refuses_moves_nothing_and_can_be_asked_for_again(finance: User):
    payment = paid()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=10000)

    with pytest.raises(RefundRefused, match="already been refunded"):
        refund(payment, 5000, finance)

    assert [found.status for found in Refund.objects.all()] == ["failed"]
    assert refundable(payment) == 10000
    stripe.deliver()
    assert (refundable(payment), paid_of(payment)) == (0, 0)


def test_a_refund_whose_answer_was_lost_is_found_by_the_sweep_and_made_once(finance, sandbox):
    payment = paid()
    where = {"path": "/v1/refunds", "method": "POST"}
    faults = [{"kind": "reset_after", **where}, {"kind": "reset", "times": 3, **where}]
    sandbox.control("POST", "faults", {"api": faults})
    made = refund(payment, 5000, finance)
    assert (made.status, made.stripe_refund_id) == ("pending", None)
    assert refundable(payment) == 5000

    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))

    made.refresh_from_db()
    assert (made.status, made_at_stripe()) == ("succeeded", [5000])


def test_a_refund_taken_for_refused_that_stripe_made_after_all_counts():
    payment = paid()
    refused = RefundFactory(payment=payment, amount=4000, status=Refund.Status.FAILED)
    intent, named = payment.stripe_payment_intent_id, {"metadata[refund_id]": refused.pk}
    stripe.call("POST", "refunds", payment_intent=intent, amount=4000, **named)

    stripe.deliver()

    refused.refresh_from_db()
    assert (refused.status, refundable(payment), paid_of(payment)) == ("succeeded", 6000, 6000)
    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320), ("refund", -4000)]
