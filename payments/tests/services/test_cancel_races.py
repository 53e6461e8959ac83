"""Canceling while others move the same money: never more back than was paid, each asked once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import cast

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Email
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from payments.models import LedgerEntry, Payment, Refund
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.parties import made_at_stripe, pay, pay_unheard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run these in threads of their own; return what each said: "done", or an error's code."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def canceling(booking: Booking, **call) -> Callable[[], object]:
    return lambda: cancel_booking(
        booking_id=booking.pk,
        terms=Terms(),
        actor=cast(User, booking.customer.user),
        now=timezone.now(),
        **call,
    )


def settled(booking: Booking) -> tuple[int, int]:
    """Let all that is under way finish; return what came in and what went back, in cents."""
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))
    stripe.deliver()
    booking.refresh_from_db()
    entries = LedgerEntry.objects.filter(booking=booking)
    charged = sum(entry.amount for entry in entries.filter(kind="charge"))
    refunded = -sum(entry.amount for entry in entries.filter(kind="refund"))
    assert booking.paid == charged - refunded
    return charged, refunded


@pytest.fixture
def booking(db) -> Booking:
    """Paid in full in two payments, 10000 and 45000."""
    made: Booking = BookingFactory()
    pay(made)
    pay(made)
    return made


def test_of_many_cancels_at_once_one_wins_and_each_payment_goes_back_once(booking):
    said = at_once(*[canceling(booking)] * 8)

    assert sorted(said) == ["done"] + ["invalid_status"] * 7
    assert made_at_stripe() == [10000, 45000]
    assert settled(booking) == (55000, 55000)
    assert Email.objects.filter(kind="booking_canceled").count() == 1


def test_the_same_cancel_sent_many_times_at_once_is_one(booking):
    said = at_once(*[canceling(booking, cancellation_id=uuid7())] * 6)

    assert said == ["done"] * 6
    assert made_at_stripe() == [10000, 45000]
    assert settled(booking) == (55000, 55000)


@pytest.mark.parametrize("turn", range(4))
def test_a_cancel_and_refunds_of_the_same_payment_never_give_back_more_than_was_paid(booking, turn):
    balance = Payment.objects.get(booking=booking, payment_type="balance")
    finance = UserFactory(role="finance")

    def refund() -> None:
        refund_payment(payment_id=balance.pk, amount=20000, actor=finance, now=timezone.now())

    calls = [refund, canceling(booking), refund, refund]
    said = at_once(*calls[turn:], *calls[:turn])

    assert set(said) <= {"done", "refund_refused"}
    assert settled(booking) == (55000, 55000)
    accepted = Refund.objects.filter(payment__booking=booking)
    assert sum(made_at_stripe()) == 55000
    assert sorted(refund.amount for refund in accepted) == made_at_stripe()
    assert {refund.status for refund in accepted} == {"succeeded"}


@pytest.mark.parametrize("turn", range(4))
def test_a_cancel_and_the_webhook_of_a_payment_end_with_each_cent_accounted_for(turn):
    booking = BookingFactory()
    pay(booking)
    balance = pay_unheard(booking)
    found = stripe.events("payment_intent.succeeded", "charge.succeeded")
    stripe.receive(*found)
    calls = [canceling(booking), lambda: stripe.process(*found)]

    said = at_once(*calls[:: 1 if turn % 2 else -1])

    assert said == ["done", "done"]
    charged, back = settled(booking)
    assert charged == 55000
    assert booking.status == "canceled"
    # Heard of in time, it went back with the deposit; too late, it waits for staff.
    assert (back, booking.paid, booking.late_money) in [
        (55000, 0, False),
        (10000, 45000, True),
    ]
    assert sum(made_at_stripe()) == back
    balance.refresh_from_db()
    assert balance.status == "succeeded"
