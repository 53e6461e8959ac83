"""A hold that runs out, a move and a payment at the same moment: real threads, a real database.

Whatever comes first, a deposit ends in one of two ways: confirmed in its slot, or late money.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bookings.errors import SlotFull
from bookings.models import Booking, Email, Status
from bookings.services import (
    Move,
    Order,
    create_booking,
    expire_holds,
    reschedule_booking,
)
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from payments.models import LedgerEntry, Payment
from payments.services.attempts import Wanted
from payments.services.follow import follow_booking
from payments.services.start import start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

ROUNDS = 16
CONFIRMED = ("confirmed", True, 10000, False)
LATE = ("expired", False, 10000, True)
UNPAID = ("expired", False, 0, False)
TOLD = {
    CONFIRMED: ["deposit_received"],
    LATE: ["hold_expired"],
    UNPAID: ["hold_expired"],
}


def held_until_now(**fields: Any) -> tuple[Booking, Payment]:
    """Return a booking whose hold has just run out, and the open attempt at its deposit."""
    booking = BookingFactory(**fields)
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=Payment.Surface.ELEMENTS)
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    over = timezone.now() - timedelta(seconds=1)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=over)
    return booking, payment


def expire(booking: Booking) -> None:
    """Do what beat and then the worker do."""
    expire_holds(timezone.now())
    follow_booking(booking_id=booking.pk, now=timezone.now())


def paid_and_told(payment: Payment) -> stripe.Json:
    """Pay at Stripe, and return the event that says so, received and not processed yet."""
    stripe.confirm(payment)
    stripe.receive(*stripe.events())
    [event] = stripe.events("payment_intent.succeeded")
    return event


def together(*actions: Callable[[], object], lead: float = 0) -> list[type[Exception] | None]:
    """Do these at the same moment, each over a connection of its own; return what each raised.

    Args:
        lead: seconds by which the first is ahead; behind, if negative.
    """
    barrier = Barrier(len(actions))
    raised: list[type[Exception] | None] = [None] * len(actions)

    def run(number: int, action: Callable[[], object]) -> None:
        barrier.wait()
        sleep(max(-lead if number == 0 else lead, 0))
        try:
            action()
        except Exception as error:
            raised[number] = type(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


def leads() -> list[float]:
    """Return who is ahead in each round: now the one, now the other, by ever less."""
    return [(-1) ** turn * 0.3 * 0.7**turn for turn in range(ROUNDS)]


def end_of(booking: Booking) -> tuple[str, bool, int, bool]:
    """Return how a booking ended, after every event has come twice and the sweeper once."""
    stripe.deliver()
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))
    stripe.deliver()
    expire_holds(timezone.now() + timedelta(minutes=2))
    found = Booking.objects.get(pk=booking.pk)
    told = Email.objects.filter(booking=booking).order_by("created_at")
    end = (found.status, found.seat is not None, found.paid, found.late_money)
    assert [mail.kind for mail in told] == TOLD.get(end)
    return end


def charges(payment: Payment) -> list[int]:
    entries = LedgerEntry.objects.filter(payment=payment, kind=LedgerEntry.Kind.CHARGE)
    return [entry.amount for entry in entries]


def test_a_hold_that_runs_out_as_its_deposit_is_told(sandbox):
    ends = set()
    for lead in leads():
        sandbox.reset()
        booking, payment = held_until_now()
        told = paid_and_told(payment)

        raised = together(
            partial(stripe.process, told),
            partial(expire, booking),
            lead=lead,
        )

        assert raised == [None, None]
        assert end_of(booking) in (CONFIRMED, LATE)
        assert charges(payment) == [10000]
        ends.add(end_of(booking))
    assert ends == {CONFIRMED, LATE}


def test_a_hold_that_runs_out_as_its_deposit_is_paid(sandbox):
    ends = set()
    for lead in leads():
        sandbox.reset()
        booking, payment = held_until_now()

        together(
            partial(stripe.confirm, payment),
            partial(expire, booking),
            lead=lead,
        )

        end = end_of(booking)
        taken = stripe.call("GET", f"payment_intents/{payment.stripe_payment_intent_id}")
        payment.refresh_from_db()
        # Stripe and we agree on whether it was paid.
        assert (payment.status, taken["status"]) in [
            ("succeeded", "succeeded"),
            ("canceled", "canceled"),
        ]
        assert end in ((LATE, CONFIRMED) if payment.status == "succeeded" else (UNPAID,))
        assert charges(payment) == ([] if end == UNPAID else [10000])
        ends.add(end)
    assert ends >= {UNPAID}
    assert len(ends) > 1


def test_a_place_that_is_sold_again_as_its_deposit_is_told(sandbox):
    ends = set()
    for lead in leads():
        sandbox.reset()
        booking, payment = held_until_now()
        BookingFactory(date=booking.date, time=booking.time, status=Status.CONFIRMED)
        told = paid_and_told(payment)

        paid, sold = together(
            partial(stripe.process, told),
            partial(sell_again, booking, to=UserFactory()),
            lead=lead,
        )

        end = end_of(booking)
        assert (paid, sold, end) in [(None, SlotFull, CONFIRMED), (None, None, LATE)]
        seats = Booking.objects.filter(date=booking.date, time=booking.time, seat__isnull=False)
        assert set(seats.values_list("seat", flat=True)) == {1, 2}
        ends.add(end)
    assert ends == {CONFIRMED, LATE}


def sell_again(booking: Booking, *, to: User) -> None:
    """Let the hold run out and the next customer book its place at once."""
    expire_holds(timezone.now())
    create_booking(
        date=booking.date,
        time=booking.time,
        order=Order(guests=8, location="123 Main St, San Jose, CA"),
        actor=to,
        now=timezone.now(),
    )


def test_a_deposit_for_a_place_that_was_sold_again_is_late_money_and_takes_no_place():
    booking, payment = held_until_now()
    sold = BookingFactory(date=booking.date, time=booking.time, status=Status.CONFIRMED)
    sell_again(booking, to=UserFactory())
    stripe.confirm(payment)

    assert end_of(booking) == LATE
    theirs = Booking.objects.filter(date=booking.date, time=booking.time, seat__isnull=False)
    assert (theirs.count(), sold in theirs, booking in theirs) == (2, True, False)


def test_a_move_as_the_deposit_is_told(sandbox):
    manager, moves = UserFactory(role="manager"), set()
    for lead in leads():
        sandbox.reset()
        booking, payment = held_until_now()
        to = Move(date=booking.date - timedelta(days=7), time=booking.time)
        told = paid_and_told(payment)

        raised = together(
            partial(stripe.process, told),
            partial(
                reschedule_booking,
                booking_id=booking.pk,
                move=to,
                actor=manager,
                now=timezone.now(),
            ),
            lead=lead,
        )

        assert raised == [None, None]
        found = Booking.objects.get(pk=booking.pk)
        assert (found.status, found.paid, found.total) == ("confirmed", 10000, 55000)
        assert (found.date, found.time, found.seat) == (to.date, to.time, 1)
        assert not Booking.objects.filter(date=booking.date, time=booking.time).exists()
        assert charges(payment) == [10000]
        # Before the deposit a move doesn't count, after it it is the first, which is free.
        moves.add(found.reschedules)
    assert moves == {0, 1}
