import datetime as dt
from collections import Counter

import pytest
from django.db import transaction

from bookings.errors import SlotFull
from bookings.models import SlotException, Status
from bookings.queries.availability import nearest_open_slots, open_slots
from bookings.services.seats import take_seat
from bookings.slots import starts_at
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory, default_rules

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE = dt.date(2027, 7, 3)
NOON, THREE, SIX, NINE = TIMES = [dt.time(hour) for hour in (12, 15, 18, 21)]
RULES = default_rules()
YEAR = {"first": dt.date(2027, 1, 1), "last": dt.date(2029, 1, 1)}

pytestmark = pytest.mark.django_db


def places(date=DATE):
    found = open_slots(RULES, first=date, last=date, now=NOW)
    return {slot.time: slot.places for slot in found}


def allow(capacity, time=None, *, date=DATE):
    SlotException.objects.create(date=date, time=time, capacity=capacity)


def sell_out(time):
    """Take the slot's places one after the other and return their seats."""
    seats = []
    try:
        while True:
            with transaction.atomic():
                seats.append(take_seat(RULES, date=DATE, time=time, now=NOW))
                BookingFactory(date=DATE, time=time, seat=seats[-1])
    except SlotFull:
        return seats


def test_every_place_counts_that_is_taken_waited_for_or_added():
    BookingFactory(date=DATE, time=NOON)
    BookingFactory(date=DATE, time=THREE, status=Status.CANCELED)
    WaitlistEntryFactory(date=DATE, time=SIX)
    allow(4, NINE)
    BookingFactory(date=DATE, time=NINE, seat=4, status=Status.COMPLETED)
    WaitlistEntryFactory(date=DATE, time=NINE)
    WaitlistEntryFactory(date=DATE, time=NINE, status="lapsed")

    assert places() == {NOON: 1, THREE: 2, SIX: 1, NINE: 2}


def test_a_closed_day_has_only_the_slots_that_are_open_all_the_same():
    allow(0)
    allow(1, SIX)

    assert places() == {SIX: 1}
    assert places(DATE + dt.timedelta(days=1)) == dict.fromkeys(TIMES, 2)


def test_more_parties_than_places_leave_none():
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    allow(1, SIX)
    allow(1, NOON)
    WaitlistEntryFactory.create_batch(2, date=DATE, time=NOON)

    assert places() == {THREE: 2, NINE: 2}


def test_what_is_shown_is_what_can_be_taken():
    allow(3, NOON)
    allow(0, THREE)
    WaitlistEntryFactory(date=DATE, time=SIX)
    BookingFactory(date=DATE, time=NINE, seat=2)
    shown = places()

    sold = {time: sell_out(time) for time in TIMES}

    assert sold == {NOON: [1, 2, 3], THREE: [], SIX: [1], NINE: [1]}
    assert shown == {time: len(seats) for time, seats in sold.items() if seats}
    assert places() == {}


def test_a_year_is_each_slot_once_by_local_time_with_its_moment():
    days = [dt.date(2027, 6, 1) + dt.timedelta(n) for n in range(366)]
    # Two days' notice from noon on June 1st; June 1st a year later is beyond the horizon.
    expected = [(day, time) for day in days[2:] for time in TIMES]

    found = open_slots(RULES, now=NOW, **YEAR)

    assert [(slot.date, slot.time) for slot in found] == expected
    assert [slot.starts_at for slot in found] == [starts_at(day, time) for day, time in expected]
    assert Counter(slot.places for slot in found) == {2: len(expected)}


def test_a_day_and_a_year_take_the_same_three_queries(django_assert_num_queries):
    for day in range(40):
        date = DATE + dt.timedelta(days=day)
        BookingFactory(date=date, time=SIX)
        WaitlistEntryFactory(date=date, time=NOON)
        allow(3, NINE, date=date)

    with django_assert_num_queries(3):
        assert len(open_slots(RULES, first=DATE, last=DATE, now=NOW)) == 4
    with django_assert_num_queries(3):
        assert len(open_slots(RULES, now=NOW, **YEAR)) == 364 * 4


def test_the_nearest_open_slots_are_around_the_one_that_was_wanted():
    allow(0, SIX)
    allow(0, THREE)

    found = nearest_open_slots(RULES, date=DATE, time=SIX, now=NOW)

    assert [(slot.date.day, slot.time) for slot in found] == [(3, NOON), (3, NINE), (4, NOON)]
