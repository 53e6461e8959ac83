import datetime as dt

import pytest

from bookings import slots
from bookings.errors import SlotInPast, TooFarAhead, TooSoon, UnknownSlot
from bookings.tests.factories import default_rules

RULES = default_rules()
NOON, SIX = dt.time(12), dt.time(18)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2027-03-13", "2027-03-13T18:00:00-08:00"),
        ("2027-03-14", "2027-03-14T18:00:00-07:00"),  # the clocks go forward
        ("2027-11-06", "2027-11-06T18:00:00-07:00"),
        ("2027-11-07", "2027-11-07T18:00:00-08:00"),  # and back
    ],
)
def test_six_in_the_evening_stays_six_when_the_clocks_change(date, moment):
    assert slots.starts_at(dt.date.fromisoformat(date), SIX) == at(moment)


def test_notice_is_counted_in_hours_that_pass_not_in_hours_on_the_clock():
    # From noon on Saturday to noon on Monday 47 hours pass: the clocks go forward on Sunday.
    now = at("2027-03-13T12:00:00-08:00")

    with pytest.raises(TooSoon):
        slots.check_bookable(RULES, date=dt.date(2027, 3, 15), time=NOON, now=now)
    assert slots.check_bookable(RULES, date=dt.date(2027, 3, 15), time=dt.time(15), now=now) == at(
        "2027-03-15T15:00:00-07:00"
    )


@pytest.mark.parametrize(
    ("date", "time", "error", "attr"),
    [
        ("2027-01-01", "18:00", SlotInPast, "date"),
        ("2027-06-01", "12:00", SlotInPast, "date"),
        ("2027-06-02", "18:00", TooSoon, "date"),
        ("2028-06-01", "18:00", TooFarAhead, "date"),
        ("2027-07-01", "17:00", UnknownSlot, "time"),
        ("2027-07-01", "18:00:01", UnknownSlot, "time"),
    ],
)
def test_a_slot_we_cannot_serve_is_refused(date, time, error, attr):
    now = at("2027-06-01T12:00:00-07:00")

    with pytest.raises(error) as refused:
        slots.check_bookable(
            RULES, date=dt.date.fromisoformat(date), time=dt.time.fromisoformat(time), now=now
        )
    assert refused.value.attr == attr


def test_the_last_day_of_the_horizon_is_bookable():
    now = at("2027-06-01T12:00:00-07:00")

    assert slots.check_bookable(RULES, date=dt.date(2028, 5, 31), time=SIX, now=now) == at(
        "2028-05-31T18:00:00-07:00"
    )


def test_the_venues_date_is_not_utcs():
    assert slots.local_date(at("2027-06-02T03:00:00+00:00")) == dt.date(2027, 6, 1)
