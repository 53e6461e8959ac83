import datetime as dt

import pytest

from bookings import slots
from bookings.errors import SlotInPast, TooFarAhead, TooSoon, UnknownSlot
from bookings.tests.factories import default_rules

RULES = default_rules()
SIX = dt.time(18)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


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
