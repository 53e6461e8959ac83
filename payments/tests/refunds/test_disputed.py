"""A charge that its cardholder disputes is not refunded; the reason says why."""

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from payments.errors import RefundRefused
from payments.models import Refund
from payments.queries.returnable import split
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import ask, dispute
from payments.tests.services.parties import pay
from payments.tests.services.test_refunds import made_at_stripe, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
WHY = "The cardholder disputes this charge: answer or accept the dispute instead."


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


@pytest.mark.parametrize("amount", [0, 4000], ids=["all of it", "a part of it"])
def test_it_is_refused_before_stripe_is_called(sandbox, finance, amount):
    payment = paid()
    dispute(sandbox, payment, amount=amount)
    with pytest.raises(RefundRefused) as refused:
        ask(payment, 1000, finance)
    assert (refused.value.detail, Refund.objects.count(), made_at_stripe()) == (WHY, 0, [])


def test_stripe_that_knows_of_a_dispute_before_us_is_told_on_in_the_same_words(sandbox, finance):
    payment = paid()
    intent = stripe.call("GET", f"payment_intents/{payment.stripe_payment_intent_id}")
    sandbox.control("POST", "actions/open_dispute", {"charge": intent["latest_charge"]})
    with pytest.raises(RefundRefused) as refused:
        ask(payment, 1000, finance)
    assert (refused.value.detail, made_at_stripe()) == (WHY, [])
    assert Refund.objects.get().status == "failed"


def test_an_inquiry_is_refunded(sandbox, finance):
    payment = paid()
    dispute(sandbox, payment, inquiry=True)
    assert ask(payment, 10000, finance).status == "succeeded"


def test_won_it_can_be_refunded_again(sandbox, finance):
    payment = paid()
    given = {"dispute": dispute(sandbox, payment), "outcome": "won"}
    sandbox.control("POST", "actions/close_dispute", given)
    stripe.deliver()
    assert ask(payment, 10000, finance).status == "succeeded"


def test_canceling_gives_back_of_the_other_payments_alone(sandbox, finance):
    booking = BookingFactory()
    deposit, balance = pay(booking), pay(booking)
    dispute(sandbox, deposit, amount=4000)

    shares = {share.payment.pk: (share.left, share.contested) for share in split(booking.pk)}
    assert shares == {balance.pk: (45000, False), deposit.pk: (0, True)}
    outcome = cancel_booking(
        booking_id=booking.pk, terms=Terms(reason="Ill."), actor=finance, now=timezone.now()
    )

    assert outcome.refund_total == 45000
    assert {(row.payment_id, row.amount, row.status) for row in Refund.objects.all()} == {
        (balance.pk, 45000, "succeeded")
    }
    assert Booking.objects.get(pk=booking.pk).status == "canceled"
