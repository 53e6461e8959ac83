import datetime as dt
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from bookings.models import Booking, Email, Status
from bookings.services import apply_paid, expire_holds
from bookings.tests.factories import BookingFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
OVER = NOW - dt.timedelta(seconds=1)


def state(booking):
    booking.refresh_from_db()
    return (booking.status, booking.seat, booking.paid, booking.late_money)


def pay(booking, paid):
    with transaction.atomic():
        return apply_paid(booking_id=booking.pk, paid=paid, now=NOW)


def test_a_hold_that_ran_out_gives_its_place_back(db):
    over = BookingFactory(hold_expires_at=OVER)
    running = BookingFactory(hold_expires_at=NOW + dt.timedelta(seconds=1))
    confirmed = BookingFactory(status=Status.CONFIRMED)

    assert expire_holds(NOW) == 1

    assert state(over) == ("expired", None, 0, False)
    assert state(running) == ("pending", running.seat, 0, False)
    assert state(confirmed) == ("confirmed", confirmed.seat, 0, False)
    assert AuditEntry.objects.get().action == "booking.expired"
    assert expire_holds(NOW) == 0


def test_the_customer_is_told_the_page_is_closed_and_the_place_offered(
    db, django_capture_on_commit_callbacks
):
    over = BookingFactory(hold_expires_at=OVER)

    with django_capture_on_commit_callbacks() as asked_for:
        expire_holds(NOW)
        expire_holds(NOW)

    assert [(mail.kind, mail.booking) for mail in Email.objects.all()] == [("hold_expired", over)]
    asked = [callback.args for callback in asked_for]
    assert asked.count(("payments.tasks.follow_booking", (over.pk,))) == 1
    assert asked.count(("bookings.tasks.offer_places", ())) == 1


def test_part_of_a_deposit_does_not_hold_the_slot_and_is_not_forgotten(db):
    booking = BookingFactory(hold_expires_at=OVER)
    pay(booking, 4000)

    expire_holds(NOW)

    assert state(booking) == ("expired", None, 4000, True)


def test_a_payment_after_the_hold_ran_out_confirms_while_the_place_is_still_held(db):
    booking = BookingFactory(hold_expires_at=OVER)

    pay(booking, 10000)

    assert expire_holds(NOW) == 0
    assert state(booking) == ("confirmed", booking.seat, 10000, False)


def test_a_payment_after_the_place_was_given_back_is_flagged_for_staff(db):
    booking = BookingFactory(hold_expires_at=OVER)
    expire_holds(NOW)

    pay(booking, 10000)

    assert state(booking) == ("expired", None, 10000, True)


@pytest.mark.django_db(transaction=True)
def test_expiry_leaves_alone_what_a_payment_has_locked():
    booking = BookingFactory(hold_expires_at=OVER)
    expired = []

    def sweep():
        expired.append(expire_holds(NOW))
        connection.close()

    with transaction.atomic():
        apply_paid(booking_id=booking.pk, paid=10000, now=NOW)
        sweeper = Thread(target=sweep)
        sweeper.start()
        sweeper.join(timeout=10)
        assert expired == [0]

    assert state(booking) == ("confirmed", booking.seat, 10000, False)


@pytest.mark.django_db(transaction=True)
def test_a_payment_waits_for_an_expiry_under_way_and_is_then_late():
    booking = BookingFactory(hold_expires_at=OVER)

    def pay_meanwhile():
        pay(booking, 10000)
        connection.close()

    payer = Thread(target=pay_meanwhile)
    with transaction.atomic():
        expire_holds(NOW)
        payer.start()
        payer.join(timeout=0.3)
        assert payer.is_alive()
    payer.join(timeout=10)

    assert state(booking) == ("expired", None, 10000, True)


@pytest.mark.django_db(transaction=True)
def test_expiry_and_payment_at_the_same_moment_end_in_one_of_two_ways():
    for _ in range(10):
        booking = BookingFactory(hold_expires_at=OVER)
        start = Barrier(2)

        def run(action, start=start):
            start.wait()
            action()
            connection.close()

        both = [
            Thread(target=run, args=[lambda: expire_holds(NOW)]),
            Thread(target=run, args=[lambda booking=booking: pay(booking, 10000)]),
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(timeout=10)

        seat = Booking.objects.values_list("seat", flat=True).get(pk=booking.pk)
        assert state(booking) in [
            ("confirmed", seat, 10000, False),
            ("expired", None, 10000, True),
        ]
