import datetime as dt

import pytest
from django.db import transaction

from bookings.errors import InvalidTransition, NothingDue, NotPayable
from bookings.models import NEXT, Booking, Email, Status
from bookings.services import (
    Due,
    apply_paid,
    due,
    lock_booking,
    mark_completed,
    mark_no_show,
)
from bookings.tests.factories import BookingFactory
from myhibachi.core.errors import InvalidInput, NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")


def pay(booking, paid):
    with transaction.atomic():
        return apply_paid(booking_id=booking.pk, paid=paid, now=NOW)


def test_the_deposit_confirms(db):
    booking = pay(BookingFactory(), 10000)

    assert (booking.status, booking.paid, booking.balance) == ("confirmed", 10000, 45000)
    assert (booking.confirmed_at, booking.hold_expires_at) == (NOW, None)
    assert AuditEntry.objects.get().changes == {"paid": 10000, "status": ["pending", "confirmed"]}


def test_the_confirmation_is_told_once_and_each_payment_closes_what_asks_for_it(
    db, django_capture_on_commit_callbacks
):
    booking = BookingFactory()

    with django_capture_on_commit_callbacks() as asked_for:
        for paid in (4000, 10000, 10000, 55000):
            pay(booking, paid)

    told = Email.objects.filter(kind=Email.Kind.DEPOSIT_RECEIVED)
    assert [mail.booking for mail in told] == [booking]
    asked = [callback.args for callback in asked_for]
    assert asked.count(("payments.tasks.follow_booking", (booking.pk,))) == 3


def test_less_than_the_deposit_does_not(db):
    booking = pay(BookingFactory(), 9999)

    assert (booking.status, booking.paid) == ("pending", 9999)


def test_the_same_total_again_changes_nothing(db):
    booking = BookingFactory()
    pay(booking, 10000)
    before = Booking.objects.filter(pk=booking.pk).values().get()

    pay(booking, 10000)

    assert Booking.objects.filter(pk=booking.pk).values().get() == before
    assert AuditEntry.objects.count() == 1


def test_a_refund_below_the_deposit_keeps_the_booking_confirmed(db):
    booking = BookingFactory()
    pay(booking, 55000)

    assert (pay(booking, 0).status, pay(booking, -1500).balance) == ("confirmed", 56500)


@pytest.mark.parametrize("left", [0, 4000])
def test_a_deposit_that_we_hear_of_after_its_refund_confirms_all_the_same(db, left):
    booking = BookingFactory()
    pay(booking, left - 10000)

    after = pay(booking, left)

    assert (after.status, after.paid, after.confirmed_at) == ("confirmed", left, NOW)


def test_what_went_back_before_the_deposit_was_whole_is_no_part_of_it(db):
    booking = BookingFactory()

    seen = [pay(booking, total).status for total in (5000, 2000, 7000, 10000)]

    assert seen == ["pending", "pending", "pending", "confirmed"]


@pytest.mark.parametrize(
    ("totals", "late"),
    [
        pytest.param([10000], True, id="money arrives"),
        pytest.param([10000, 4000], True, id="part of it goes back"),
        pytest.param([10000, 4000, 0], False, id="all of it has gone back"),
        pytest.param([10000, 0, 10000], True, id="a refund failed"),
    ],
)
def test_money_for_a_canceled_booking_is_flagged_until_it_is_back(db, totals, late):
    booking = BookingFactory(status=Status.CANCELED)

    for total in totals:
        booking = pay(booking, total)

    assert (booking.status, booking.seat, booking.late_money) == ("canceled", None, late)


def test_a_refund_after_a_cancellation_is_no_late_money(db):
    booking = BookingFactory(status=Status.CANCELED, paid=55000)

    assert pay(booking, 10000).late_money is False


def test_money_is_applied_only_inside_a_transaction(transactional_db):
    booking = BookingFactory()

    with pytest.raises(transaction.TransactionManagementError):
        apply_paid(booking_id=booking.pk, paid=10000, now=NOW)


def test_there_is_no_such_booking(db):
    with pytest.raises(NotFound), transaction.atomic():
        lock_booking(uuid7())


@pytest.mark.parametrize(
    ("paid", "asked", "expected"),
    [
        (0, None, ("deposit", 10000)),
        (4000, None, ("deposit", 6000)),
        (10000, None, ("balance", 45000)),
        (0, "deposit", ("deposit", 10000)),
        (0, "balance", ("balance", 55000)),
        (0, "full", ("full", 55000)),
        (10000, "full", ("full", 45000)),
        (54999, "addon", ("addon", 1)),
        (-1500, None, ("deposit", 11500)),
    ],
)
def test_what_is_due(db, paid, asked, expected):
    payment_type, amount = expected
    booking = BookingFactory(paid=paid)

    assert due(booking, payment_type=asked) == Due(payment_type=payment_type, amount=amount)


@pytest.mark.parametrize(
    ("paid", "asked"), [(10000, "deposit"), (55000, None), (55000, "balance"), (60000, "full")]
)
def test_nothing_is_due_twice(db, paid, asked):
    with pytest.raises(NothingDue):
        due(BookingFactory(paid=paid), payment_type=asked)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELED, Status.NO_SHOW])
def test_nothing_is_taken_for_a_party_that_will_not_be(db, status):
    with pytest.raises(NotPayable):
        due(BookingFactory(status=status))


def test_a_tip_is_theirs_to_choose_also_when_all_is_paid(db):
    booking = BookingFactory(status=Status.COMPLETED, paid=55000)

    assert due(booking, payment_type="gratuity", amount=11000) == Due(
        payment_type="gratuity", amount=11000
    )
    with pytest.raises(InvalidInput):
        due(booking, payment_type="gratuity")


def test_a_party_is_completed_once_it_has_begun(db):
    booking = BookingFactory(status=Status.CONFIRMED)

    with pytest.raises(InvalidTransition):
        mark_completed(booking_id=booking.pk, actor=None, now=booking.starts_at - dt.timedelta(1))
    done = mark_completed(booking_id=booking.pk, actor=None, now=booking.starts_at)
    assert (done.status, done.seat) == ("completed", booking.seat)


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_a_status_moves_only_by_the_table(before, after):
    booking = Booking(status=before, seat=1)

    if after in NEXT[before]:
        booking.move_to(after)
        assert (booking.status, booking.seat is not None) == (after, booking.holds_slot)
    else:
        with pytest.raises(InvalidTransition):
            booking.move_to(after)
        assert (booking.status, booking.seat) == (before, 1)


def test_a_no_show_is_noted_once_the_party_has_begun_and_the_money_stays(db):
    booking = BookingFactory(status="confirmed", paid=10000)
    with pytest.raises(InvalidTransition):
        mark_no_show(booking_id=booking.pk, actor=None, now=booking.starts_at - dt.timedelta(1))

    done = mark_no_show(booking_id=booking.pk, actor=None, now=booking.starts_at)

    assert (done.status, done.seat, done.paid, done.late_money) == ("no_show", None, 10000, False)
    with pytest.raises(InvalidTransition):
        mark_no_show(booking_id=booking.pk, actor=None, now=booking.starts_at)
