"""Money that came too late: a seat again, or all of it back, against the sandbox over HTTP."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from bookings.errors import InvalidTransition, NoLateMoney, SlotFull, SlotInPast, TooSoon
from bookings.models import Booking, Email
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError, InvalidInput, NotAllowed
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from payments.errors import RefundChanged, RefundOverLimit
from payments.services.late_money import keep_late_money, refund_late_money, reseat_booking
from payments.tests.factories import paid_payment, refunded
from payments.tests.services.parties import made_at_stripe, pay, pay_by_hand, refunds_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager(db):
    return UserFactory(role="manager")


def late(status: str = "expired", amount: int = 10000, **fields) -> Booking:
    """Return a booking whose money came when it was over."""
    booking: Booking = BookingFactory(status=status, **fields)
    paid_payment(booking=booking, amount=amount)
    booking.refresh_from_db()
    assert (booking.late_money, booking.status) == (True, status)
    return booking


def late_at_stripe() -> Booking:
    """Return one whose money Stripe can give back: 10000 by card and 2000 by Zelle."""
    booking = BookingFactory()
    pay(booking)
    pay_by_hand(booking, amount=2000)
    Booking.objects.filter(pk=booking.pk).update(status="expired", seat=None, late_money=True)
    booking.refresh_from_db()
    return booking


def reseat(booking: Booking, actor, *, date=None, time=None, now=None) -> Booking:
    return reseat_booking(
        booking_id=booking.pk,
        date=date or booking.date,
        time=time or booking.time,
        actor=actor,
        now=now or timezone.now(),
    )


def refund(booking: Booking, actor, expected: int, choice_id=None):
    return refund_late_money(
        booking_id=booking.pk,
        expected_refund=expected,
        choice_id=choice_id or uuid7(),
        reason="Too late.",
        actor=actor,
        now=timezone.now(),
    )


@pytest.mark.parametrize("status", ["expired", "canceled"])
def test_enough_for_the_deposit_takes_its_own_slot_again_and_is_confirmed(manager, status):
    booking = late(status, canceled_at=timezone.now() if status == "canceled" else None)
    now = timezone.now()

    reseat(booking, manager, now=now)

    booking.refresh_from_db()
    assert (booking.status, booking.seat, booking.late_money) == ("confirmed", 1, False)
    assert (booking.hold_expires_at, booking.confirmed_at, booking.canceled_at) == (None, now, None)
    entry = AuditEntry.objects.get(action="booking.reseated")
    slot = f"{booking.date} {booking.time:%H:%M}"
    assert (entry.actor, entry.changes) == (
        manager,
        {"status": [status, "confirmed"], "slot": [slot, slot], "held": 10000},
    )
    assert Email.objects.filter(booking=booking, kind="deposit_received").exists()


def test_less_than_the_deposit_holds_the_slot_until_the_rest_is_paid(manager):
    booking, now = late(amount=4000), timezone.now()

    reseat(booking, manager, now=now)

    booking.refresh_from_db()
    assert (booking.status, booking.seat, booking.late_money) == ("pending", 1, False)
    assert booking.hold_expires_at == now + dt.timedelta(minutes=120)
    assert Email.objects.filter(booking=booking, kind="booking_changed").exists()
    rest = pay(booking)
    assert (rest.amount, booking.status, booking.paid) == (6000, "confirmed", 10000)


def test_it_takes_another_open_slot(manager):
    booking = late()
    date, time = booking.date - dt.timedelta(days=7), dt.time(15)

    reseat(booking, manager, date=date, time=time)

    was = booking.date
    booking.refresh_from_db()
    local = timezone.localtime(booking.starts_at)
    assert (booking.status, booking.date, booking.time) == ("confirmed", date, time)
    assert (local.date(), local.time()) == (date, time)
    email = Email.objects.get(booking=booking, kind="booking_changed")
    assert f"{was:%B}" in email.text


def test_a_slot_that_is_full_is_refused_with_the_nearest_open_ones_and_nothing_changes(manager):
    booking = late()
    for _ in range(2):
        BookingFactory(date=booking.date, time=booking.time, status="confirmed")

    with pytest.raises(SlotFull) as refused:
        reseat(booking, manager)

    assert str(refused.value.extra["open_slots"]).count("date") == 3
    booking.refresh_from_db()
    assert (booking.status, booking.late_money) == ("expired", True)


def test_its_own_slot_is_open_until_it_begins_and_others_take_the_usual_notice(manager):
    booking = late()
    hour, other = dt.timedelta(hours=1), booking.date + dt.timedelta(days=1)
    with pytest.raises(TooSoon):
        reseat(booking, manager, date=other, now=booking.starts_at - hour)
    with pytest.raises(SlotInPast):
        reseat(booking, manager, now=booking.starts_at)

    assert reseat(booking, manager, now=booking.starts_at - hour).status == "confirmed"


def test_given_a_place_with_part_of_its_deposit_it_takes_the_rest_to_be_confirmed(manager):
    booking = late()
    refunded(booking.payments.get(), amount=6000)
    assert reseat(booking, manager).status == "pending"

    seen = []
    for amount in (1000, 5000):
        pay_by_hand(booking, amount=amount)
        seen.append((booking.status, booking.paid))

    assert seen == [("pending", 5000), ("confirmed", 10000)]


def test_a_no_show_gets_no_place_any_more(manager):
    booking = BookingFactory(status="no_show")
    paid_payment(booking=booking)
    with pytest.raises(InvalidTransition):
        reseat(booking, manager)


def test_what_is_on_its_way_back_counts_no_more(manager):
    booking = late_at_stripe()
    refund(booking, manager, 12000)
    with pytest.raises(NoLateMoney):
        reseat(booking, manager)


def test_all_of_it_goes_back_and_the_flag_goes_when_it_has_left(manager):
    booking = late_at_stripe()

    made = refund(booking, manager, 12000)

    assert [(each.amount, each.status) for each in made] == [
        (2000, "pending"),
        (10000, "succeeded"),
    ]
    assert made_at_stripe() == [10000]
    booking.refresh_from_db()
    assert (booking.paid, booking.late_money) == (2000, True)
    email = Email.objects.get(booking=booking, kind="booking_canceled")
    assert "$120.00 goes back to you." in email.text
    entry = AuditEntry.objects.get(action="booking.late_money_refunded")
    assert (entry.actor, entry.note, entry.changes) == (
        manager, "Too late.", {"refund_total": 12000},
    )  # fmt: skip


def test_the_same_choice_again_refunds_nothing_more_and_another_says_so(manager):
    booking, choice = late_at_stripe(), uuid7()
    first = refund(booking, manager, 12000, choice)
    assert refund(booking, manager, 12000, choice) == first
    with pytest.raises(NoLateMoney, match="on its way back already"):
        refund(booking, manager, 12000)
    assert made_at_stripe() == [10000]


def test_more_money_than_was_shown_refunds_nothing(manager):
    booking = late_at_stripe()
    with pytest.raises(RefundChanged, match=r"\$120.00 is left to refund now."):
        refund(booking, manager, 10000)
    assert refunds_of(booking) == []


def test_who_may_decide(manager):
    booking, support = late(amount=50001), UserFactory(role="support")
    with pytest.raises(NotAllowed):
        reseat(booking, support)
    with pytest.raises(NotAllowed):
        refund(booking, support, 50001)
    with pytest.raises(NotAllowed):
        keep_late_money(booking_id=booking.pk, reason="Ours.", actor=support)
    with pytest.raises(RefundOverLimit):
        refund(booking, manager, 50001)


def test_it_is_kept_with_a_reason_and_asked_about_no_more(manager):
    booking = late()
    with pytest.raises(InvalidInput):
        keep_late_money(booking_id=booking.pk, reason=" ", actor=manager)

    keep_late_money(booking_id=booking.pk, reason="A voucher.", actor=manager)

    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.late_money) == ("expired", 10000, False)
    entry = AuditEntry.objects.get(action="booking.late_money_kept")
    assert (entry.actor, entry.note, entry.changes) == (
        manager,
        "A voucher.",
        {"amount": 10000, "late_money": [True, False]},
    )


def test_of_those_who_choose_at_once_one_wins(manager):
    booking = late_at_stripe()
    choices = [
        lambda: reseat(booking, manager),
        lambda: refund(booking, manager, 12000),
        lambda: keep_late_money(booking_id=booking.pk, reason="Ours.", actor=manager),
        lambda: reseat(booking, manager),
        lambda: refund(booking, manager, 12000),
    ]

    def choose(choice) -> str:
        try:
            choice()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(choose, choices))

    booking.refresh_from_db()
    assert sorted(said) == ["done"] + ["no_late_money"] * 4
    was_refunded = "done" in (said[1], said[4])
    assert (booking.status == "confirmed") == ("done" in (said[0], said[3]))
    assert made_at_stripe() == ([10000] if was_refunded else [])


def test_given_a_seat_again_it_needs_its_deposit_again_though_one_was_paid_before(manager):
    booking = BookingFactory()
    pay(booking)
    Booking.objects.filter(pk=booking.pk).update(status="canceled", seat=None)
    Booking.objects.filter(pk=booking.pk).update(late_money=True)
    refund(booking, manager, 10000)
    pay_late = paid_payment(booking=booking, amount=3000, payment_type="balance")
    reseat(booking, manager)

    more = paid_payment(booking=booking, amount=1000, payment_type="balance")

    booking.refresh_from_db()
    assert pay_late.amount + more.amount == booking.paid
    assert booking.status == "pending"
