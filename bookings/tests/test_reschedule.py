import datetime as dt
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from bookings.errors import FeeChanged, NotEditable, SameSlot, SlotFull, TooSoon, UnknownSlot
from bookings.models import Booking, RuleBook, Status
from bookings.pricing import Line
from bookings.services import Changes, Move, preview_move, reschedule_booking, update_booking
from bookings.slots import starts_at
from bookings.tests.factories import BookingFactory, default_rules
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, NEXT_DAY = dt.date(2027, 7, 3), dt.date(2027, 7, 4)
THREE, SIX = dt.time(15), dt.time(18)
START = starts_at(DATE, SIX)
RULE = (
    "The first move is free when made 48 hours or more before the party; any other costs $200.00."
)
STILL = "If it is canceled later, this still holds: "


@pytest.fixture
def manager(db):
    return UserFactory(role="manager")


@pytest.fixture
def booking(db):
    return BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED, paid=10000)


def move(booking, actor, *, date=NEXT_DAY, time=SIX, now=NOW, **terms):
    wanted = Move(date=date, time=time, **terms)
    reschedule_booking(booking_id=booking.pk, move=wanted, actor=actor, now=now)
    return Booking.objects.get(pk=booking.pk)


def preview(booking, actor, *, date=NEXT_DAY, time=SIX, now=NOW, **terms):
    wanted = Move(date=date, time=time, **terms)
    return preview_move(booking_id=booking.pk, move=wanted, actor=actor, now=now).to_json()


def place(booking):
    booking.refresh_from_db()
    return (booking.date, booking.time, booking.starts_at, booking.seat)


def bill(booking):
    booking.refresh_from_db()
    return (booking.total, booking.paid, booking.balance, booking.reschedules)


def test_the_first_move_in_good_time_costs_nothing_and_takes_the_money_along(booking, manager):
    moved = move(booking, manager)

    assert place(moved) == (NEXT_DAY, SIX, starts_at(NEXT_DAY, SIX), 1)
    assert bill(moved) == (55000, 10000, 45000, 1)
    assert moved.extra_lines == []
    entry = AuditEntry.objects.get(action="booking.rescheduled")
    assert (entry.actor_id, entry.changes) == (
        manager.pk,
        {
            "old_date": "2027-07-03",
            "old_time": "18:00",
            "date": "2027-07-04",
            "time": "18:00",
            "fee": 0,
            "waived": 0,
            "rule": f"{RULE} This is move 1, 32 days before.",
            "old_total": 55000,
            "total": 55000,
            "paid": 10000,
            "balance": 45000,
        },
    )


def test_the_second_move_puts_its_fee_on_the_bill(booking, manager):
    move(booking, manager)

    moved = move(booking, manager, time=THREE)

    assert bill(moved) == (75000, 10000, 65000, 2)
    fee = Line(
        code="reschedule_fee", label="Change of date, move 2", quantity=1, unit_amount=20000
    ).to_json()
    assert moved.extra_lines == [fee]
    assert fee in moved.lines
    assert sum(line["amount"] for line in moved.lines) == moved.total


def test_each_further_move_adds_a_fee_of_its_own(booking, manager):
    for time in (THREE, SIX, THREE):
        moved = move(booking, manager, time=time)

    assert bill(moved) == (95000, 10000, 85000, 3)
    assert [line["label"] for line in moved.extra_lines] == [
        "Change of date, move 2",
        "Change of date, move 3",
    ]


@pytest.mark.parametrize(
    ("before", "fee"),
    [
        (dt.timedelta(hours=48), 0),
        (dt.timedelta(hours=47, minutes=59), 20000),
        (dt.timedelta(minutes=1), 20000),
    ],
)
def test_the_fee_depends_on_how_early_the_old_slot_is_left(booking, manager, before, fee):
    late = dt.date(2027, 8, 1)

    moved = move(booking, manager, date=late, now=START - before)

    assert bill(moved) == (55000 + fee, 10000, 45000 + fee, 1)


def test_the_fee_is_that_of_the_rules_the_booking_was_made_under(manager):
    own = default_rules(reschedule_fee=7700, free_reschedules=0, flat_tax=True)
    booking = BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED, rules=own)

    moved = move(booking, manager)

    # A fee is no food: it is not taxed.
    assert moved.total == booking.total + 7700 == 55000 + 4538 + 7700


def test_a_later_change_of_the_order_keeps_the_fee(booking, manager):
    move(booking, manager, now=START - dt.timedelta(hours=47), date=dt.date(2027, 8, 1))

    changed = update_booking(
        booking_id=booking.pk, changes=Changes(guests=12), actor=manager, now=NOW
    )

    assert (changed.total, len(changed.extra_lines)) == (66000 + 20000, 1)


def test_a_waived_fee_leaves_the_bill_alone_and_says_why(booking, manager):
    late = START - dt.timedelta(hours=3)

    moved = move(
        booking, manager, date=dt.date(2027, 8, 1), now=late, waive_fee=True, reason=" Wildfire "
    )

    assert bill(moved) == (55000, 10000, 45000, 1)
    entry = AuditEntry.objects.get(action="booking.rescheduled")
    assert (entry.note, entry.changes["fee"], entry.changes["waived"]) == ("Wildfire", 0, 20000)


def test_a_waived_move_still_counts_as_one(booking, manager):
    late = START - dt.timedelta(hours=3)
    move(booking, manager, date=dt.date(2027, 8, 1), now=late, waive_fee=True, reason="Wildfire")

    assert preview(booking, manager, date=dt.date(2027, 8, 2), now=late)["fee"] == 20000


def test_nobody_waives_a_fee_without_a_reason(booking, manager):
    with pytest.raises(InvalidInput) as refused:
        move(booking, manager, waive_fee=True, reason=" ")
    assert refused.value.attr == "reason"


def test_the_customer_does_not_waive_their_own_fee(booking):
    owner = UserFactory()
    Booking.objects.update(customer=CustomerFactory(user=owner))

    with pytest.raises(NotAllowed):
        move(booking, owner, waive_fee=True, reason="Please")


def test_the_customer_moves_their_own_booking(booking):
    owner = UserFactory()
    Booking.objects.update(customer=CustomerFactory(user=owner))

    assert move(booking, owner).date == NEXT_DAY


@pytest.mark.parametrize(("role", "refusal"), [(None, NotFound), ("support", NotAllowed)])
def test_who_may_not_move_it_does_not(booking, role, refusal):
    with pytest.raises(refusal):
        move(booking, UserFactory(role=role))
    assert place(booking) == (DATE, SIX, START, 1)


def test_a_booking_whose_deposit_is_not_paid_moves_free_and_its_hold_keeps_its_end(db, manager):
    ends = NOW + dt.timedelta(minutes=30)
    pending = BookingFactory(date=DATE, time=SIX, hold_expires_at=ends)

    for time in (THREE, SIX, THREE):
        moved = move(pending, manager, time=time)

    assert place(moved) == (NEXT_DAY, THREE, starts_at(NEXT_DAY, THREE), 1)
    assert bill(moved) == (55000, 0, 55000, 0)
    assert moved.hold_expires_at == ends


def test_the_preview_shows_what_the_move_does_and_changes_nothing(booking, manager):
    before = Booking.objects.filter(pk=booking.pk).values().get()
    late = START - dt.timedelta(hours=47, seconds=1)

    shown = preview(booking, manager, date=dt.date(2027, 8, 1), time=THREE, now=late)

    assert shown == {
        "old_date": "2027-07-03",
        "old_time": "18:00",
        "date": "2027-08-01",
        "time": "15:00",
        "fee": 20000,
        "waived": 0,
        "rule": f"{RULE} This is move 1, 47 hours before. {STILL}Less than 48 hours before the "
        "party: half of what was paid beyond the deposit of $100.00 back.",
        "old_total": 55000,
        "total": 75000,
        "paid": 10000,
        "balance": 65000,
    }
    assert Booking.objects.filter(pk=booking.pk).values().get() == before
    assert not AuditEntry.objects.exists()
    moved = move(booking, manager, date=dt.date(2027, 8, 1), time=THREE, now=late)
    assert (moved.total, moved.balance) == (shown["total"], shown["balance"])


def test_the_preview_of_a_waived_fee_shows_what_is_given_away(booking, manager):
    late = START - dt.timedelta(hours=1)

    shown = preview(
        booking, manager, date=dt.date(2027, 8, 1), now=late, waive_fee=True, reason="Rain"
    )

    assert (shown["fee"], shown["waived"], shown["total"]) == (0, 20000, 55000)


def test_a_fee_that_has_changed_since_the_preview_is_not_taken_silently(booking, manager):
    august = dt.date(2027, 8, 1)
    seen = preview(booking, manager, date=august, now=START - dt.timedelta(hours=48))
    late = START - dt.timedelta(hours=48) + dt.timedelta(seconds=1)

    with pytest.raises(FeeChanged) as refused:
        move(booking, manager, date=august, now=late, expected_fee=seen["fee"])

    assert refused.value.extra["preview"] == preview(booking, manager, date=august, now=late)
    assert bill(booking) == (55000, 10000, 45000, 0)
    assert move(booking, manager, date=august, now=late, expected_fee=20000).total == 75000


@pytest.mark.parametrize(
    ("wanted", "refusal", "attr"),
    [
        ({"date": DATE, "time": SIX}, SameSlot, "time"),
        ({"time": dt.time(17)}, UnknownSlot, "time"),
        ({"date": dt.date(2027, 6, 2)}, TooSoon, "date"),
    ],
)
def test_a_slot_that_cannot_be_booked_cannot_be_moved_to(booking, manager, wanted, refusal, attr):
    for act in (preview, move):
        with pytest.raises(refusal) as refused:
            act(booking, manager, **wanted)
        assert refused.value.attr == attr
    assert place(booking) == (DATE, SIX, START, 1)


def test_a_full_slot_says_which_are_open_and_the_old_place_is_kept(booking, manager):
    BookingFactory.create_batch(2, date=NEXT_DAY, time=SIX)

    for act in (preview, move):
        with pytest.raises(SlotFull) as refused:
            act(booking, manager)
        near: Any = refused.value.extra["open_slots"]
        assert {"date": "2027-07-04", "time": "15:00"} in near
    assert place(booking) == (DATE, SIX, START, 1)


def test_where_it_may_move_is_what_todays_rules_say(booking, manager):
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 1), slot_times=["17:00"])

    assert move(booking, manager, time=dt.time(17)).time == dt.time(17)
    with pytest.raises(UnknownSlot):
        move(booking, manager, time=SIX)


@pytest.mark.parametrize(
    "status", [Status.COMPLETED, Status.EXPIRED, Status.CANCELED, Status.NO_SHOW]
)
def test_what_is_over_is_not_moved(manager, status):
    with pytest.raises(NotEditable):
        move(BookingFactory(status=status), manager)


def test_a_party_that_has_begun_is_not_moved(booking, manager):
    with pytest.raises(NotEditable):
        move(booking, manager, date=dt.date(2027, 8, 1), now=START)


def test_there_is_no_such_booking(manager):
    with pytest.raises(NotFound):
        move(Booking(pk=uuid7()), manager)


def test_the_same_call_again_returns_what_the_first_did_and_moves_nothing(booking, manager):
    wanted = Move(date=NEXT_DAY, time=THREE, expected_fee=0, move_id=uuid7())
    asked = {"booking_id": booking.pk, "move": wanted, "actor": manager}

    first = reschedule_booking(**asked, now=NOW)
    again = reschedule_booking(**asked, now=START + dt.timedelta(days=1))

    assert again == first
    assert (AuditEntry.objects.count(), bill(booking)[3]) == (1, 1)


def together(*actions):
    """Do these at the same moment, each over a connection of its own; return what each raised."""
    start = Barrier(len(actions))
    raised: list[type[Exception] | None] = [None] * len(actions)

    def run(number, action):
        start.wait()
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
        thread.join(timeout=20)
    return raised


@pytest.mark.django_db(transaction=True)
def test_two_bookings_that_swap_slots_do_not_wait_for_each_other():
    manager = UserFactory(role="manager")
    one = BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED)
    other = BookingFactory(date=NEXT_DAY, time=SIX, status=Status.CONFIRMED)

    for turn in range(10):
        there, back = (NEXT_DAY, DATE) if turn % 2 == 0 else (DATE, NEXT_DAY)
        raised = together(
            lambda there=there: move(one, manager, date=there),
            lambda back=back: move(other, manager, date=back),
        )
        assert raised == [None, None]
        assert (place(one)[0], place(other)[0]) == (there, back)


@pytest.mark.django_db(transaction=True)
def test_two_full_slots_are_not_swapped_and_nobody_loses_a_place():
    manager = UserFactory(role="manager")
    full = [
        BookingFactory(date=date, time=SIX, status=Status.CONFIRMED)
        for date in (DATE, DATE, NEXT_DAY, NEXT_DAY)
    ]

    raised = together(
        lambda: move(full[0], manager, date=NEXT_DAY), lambda: move(full[2], manager, date=DATE)
    )

    assert raised == [SlotFull, SlotFull]
    assert [place(booking)[0] for booking in full] == [DATE, DATE, NEXT_DAY, NEXT_DAY]


@pytest.mark.django_db(transaction=True)
def test_of_many_that_move_to_the_last_place_one_gets_it():
    manager = UserFactory(role="manager")
    BookingFactory(date=NEXT_DAY, time=SIX)
    movers = [
        BookingFactory(date=DATE, time=time, status=Status.CONFIRMED)
        for time in (dt.time(12), THREE, SIX) * 2
    ]

    raised = together(*(lambda booking=booking: move(booking, manager) for booking in movers))

    assert sorted(raised, key=str) == [SlotFull] * 5 + [None]
    seats = Booking.objects.filter(date=NEXT_DAY, time=SIX).values_list("seat", flat=True)
    assert set(seats) == {1, 2}
    assert Booking.objects.filter(date=DATE, seat__isnull=False).count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_move_twice_at_once_is_one_move():
    manager = UserFactory(role="manager")
    booking = BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED)

    raised = together(*(lambda: move(booking, manager) for _ in range(4)))

    assert sorted(raised, key=str) == [SameSlot] * 3 + [None]
    assert bill(booking)[3] == 1
