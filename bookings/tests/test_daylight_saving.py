"""The two days of 2027 on which the clocks at the venue change.

On Sunday, March 14th, 2:00 becomes 3:00 and the day has 23 hours; on Sunday, November 7th, 2:00
becomes 1:00 again and it has 25. Local times stay what they are; every window is real hours.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from bookings import slots
from bookings.errors import NotEditable, TooSoon
from bookings.fees import move_fee
from bookings.models import Status
from bookings.models.rule_lists import validate_slot_times
from bookings.policy import Rule, cancellation
from bookings.pricing import Item
from bookings.queries.availability import open_slots
from bookings.services import Changes, Order, create_booking, expire_holds, update_booking
from bookings.tests.factories import BookingFactory, default_rules
from customers.tests.factories import CustomerFactory

VENUE = ZoneInfo("America/Los_Angeles")
RULES = default_rules()
NOON, THREE, SIX, NINE = TIMES = [dt.time(hour) for hour in (12, 15, 18, 21)]
MARCH, NOVEMBER = dt.date(2027, 3, 14), dt.date(2027, 11, 7)
A_DAY, A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)

both_ways = pytest.mark.parametrize("zone", [dt.UTC, VENUE], ids=["in UTC", "in the venue's zone"])


def at(text: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(zone)


@pytest.mark.parametrize(
    ("date", "before", "after"),
    [(MARCH, "-08:00", "-07:00"), (NOVEMBER, "-07:00", "-08:00")],
    ids=["forward", "back"],
)
class TestLocalTimes:
    def test_stay_and_are_another_moment(self, date, before, after):
        for day, offset in ((date - A_DAY, before), (date, after), (date + A_DAY, after)):
            assert [slots.starts_at(day, time).isoformat() for time in TIMES] == [
                at(f"{day}T{time}{offset}").isoformat() for time in TIMES
            ]

    def test_are_open_once_each(self, date, before, after, db):
        week = [date + n * A_DAY for n in range(-3, 4)]
        now = slots.starts_at(date, NOON) - dt.timedelta(days=30)

        found = open_slots(RULES, first=week[0], last=week[-1], now=now)

        assert [(slot.date, slot.time) for slot in found] == [(d, t) for d in week for t in TIMES]
        assert [
            (local.date(), local.time())
            for local in (slot.starts_at.astimezone(VENUE) for slot in found)
        ] == [(slot.date, slot.time) for slot in found]

    def test_are_what_a_booking_keeps(self, date, before, after, db):
        customer = CustomerFactory()
        booking = create_booking(
            customer=customer,
            date=date,
            time=SIX,
            order=Order(guests=10),
            actor=customer.user,
            now=slots.starts_at(date, SIX) - dt.timedelta(days=30),
        )

        booking.refresh_from_db()
        assert (booking.date, booking.time, booking.starts_at) == (
            date,
            SIX,
            at(f"{date}T18:00:00{after}"),
        )


@both_ways
@pytest.mark.parametrize(
    ("party", "last_moment"),
    [
        # From noon on Saturday to noon on Monday 47 hours pass, or 49.
        (MARCH + A_DAY, "2027-03-13T11:00:00-08:00"),
        (NOVEMBER + A_DAY, "2027-11-06T13:00:00-07:00"),
    ],
    ids=["forward", "back"],
)
class TestFortyEightHoursBeforeNoonOnMonday:
    def test_the_slot_can_still_be_booked(self, party, last_moment, zone, db):
        now = at(last_moment, zone)
        late = now + A_SECOND

        assert slots.check_bookable(RULES, date=party, time=NOON, now=now)
        with pytest.raises(TooSoon):
            slots.check_bookable(RULES, date=party, time=NOON, now=late)

        times = [
            [slot.time for slot in open_slots(RULES, first=party, last=party, now=moment)]
            for moment in (now, late)
        ]
        assert times == [[NOON, THREE, SIX, NINE], [THREE, SIX, NINE]]

    def test_all_but_the_deposit_still_comes_back(self, party, last_moment, zone):
        assert _rules_at(party, at(last_moment, zone)) == [Rule.ALL_BUT_DEPOSIT, Rule.LATE]

    def test_a_move_is_still_free(self, party, last_moment, zone):
        start, now = slots.starts_at(party, NOON), at(last_moment, zone)

        fees = [
            move_fee(RULES, move=1, starts_at=start, now=moment).amount
            for moment in (now, now + A_SECOND)
        ]

        assert fees == [0, 20000]


@both_ways
@pytest.mark.parametrize(
    ("party", "last_moment"),
    [
        (MARCH, "2027-03-07T11:00:00-08:00"),
        (NOVEMBER, "2027-10-31T13:00:00-07:00"),
    ],
    ids=["forward", "back"],
)
def test_seven_days_before_noon_are_168_hours(party, last_moment, zone):
    assert _rules_at(party, at(last_moment, zone)) == [Rule.EARLY, Rule.ALL_BUT_DEPOSIT]


def _rules_at(party, now):
    """Return the rule at this moment and a second later."""
    return [
        cancellation(
            RULES,
            paid=55000,
            deposit_due=10000,
            starts_at=slots.starts_at(party, NOON),
            now=moment,
            confirmed=True,
        ).rule
        for moment in (now, now + A_SECOND)
    ]


@both_ways
@pytest.mark.parametrize(
    ("booked", "expires"),
    [
        # The clock on the wall shows three hours more, and one hour more.
        ("2027-03-14T01:30:00-08:00", "2027-03-14T04:30:00-07:00"),
        ("2027-11-07T00:30:00-07:00", "2027-11-07T01:30:00-08:00"),
    ],
    ids=["forward", "back"],
)
def test_a_hold_lasts_two_real_hours_through_the_night(booked, expires, zone, db):
    customer, now = CustomerFactory(), at(booked, zone)
    booking = create_booking(
        customer=customer,
        date=slots.local_date(now) + 30 * A_DAY,
        time=SIX,
        order=Order(guests=10),
        actor=customer.user,
        now=now,
    )

    booking.refresh_from_db()
    assert booking.hold_expires_at == at(expires)
    assert expire_holds((at(expires) - A_SECOND).astimezone(zone)) == 0
    assert expire_holds(at(expires, zone)) == 1


@both_ways
@pytest.mark.parametrize(
    ("party", "change", "last_moment"),
    [
        (MARCH, {"guests": 12}, "2027-03-13T11:00:00-08:00"),
        (NOVEMBER, {"guests": 12}, "2027-11-06T13:00:00-07:00"),
        (MARCH, {"proteins": (Item(code="tofu", quantity=1),)}, "2027-03-13T23:00:00-08:00"),
        (NOVEMBER, {"proteins": (Item(code="tofu", quantity=1),)}, "2027-11-07T01:00:00-07:00"),
    ],
    ids=["guests, forward", "guests, back", "proteins, forward", "proteins, back"],
)
def test_guests_may_change_until_24_hours_before_and_proteins_until_12(
    party, change, last_moment, zone, db
):
    booking = BookingFactory(date=party, time=NOON, status=Status.CONFIRMED)
    now = at(last_moment, zone)

    def update(moment):
        return update_booking(
            booking_id=booking.pk, changes=Changes(**change), actor=None, now=moment
        )

    with pytest.raises(NotEditable):
        update(now + A_SECOND)
    assert update(now)


@pytest.mark.parametrize("time", ["01:00", "01:30", "02:59"])
def test_no_slot_is_at_a_time_that_comes_twice_or_never(time):
    with pytest.raises(ValidationError, match="Not between"):
        validate_slot_times([time, "18:00"])
    validate_slot_times(["00:59", "03:00"])
