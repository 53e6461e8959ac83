"""Parties in figures: how many, how large, when, how early, and who kept their slot."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.queries.figures import (
    Parties,
    PartyRow,
    add_up,
    lead_times,
    made_counts,
    party_rows,
)
from bookings.tests.factories import BookingFactory

pytestmark = pytest.mark.django_db

# A Saturday, and the Sunday of the next week.
SATURDAY, SUNDAY = dt.date(2026, 6, 6), dt.date(2026, 6, 14)
SIX, NINE = dt.time(18), dt.time(21)
NOON = dt.datetime(2026, 6, 1, 19, tzinfo=dt.UTC)


def party(date: dt.date, time: dt.time, status: str = "confirmed", **fields) -> Booking:
    confirmed_at = None if status in {"pending", "expired"} else NOON
    return BookingFactory(
        **{"date": date, "time": time, "status": status, "confirmed_at": confirmed_at} | fields
    )


def test_parties_are_counted_by_week_weekday_and_slot():
    one, two = (
        party(SATURDAY, SIX, guests=10),
        party(SATURDAY, SIX, "completed", guests=20),
    )
    three = party(SUNDAY, NINE, guests=15)
    party(SATURDAY, SIX, "canceled")
    party(SATURDAY, SIX, "canceled", confirmed_at=None)
    party(SATURDAY, SIX, "expired")
    party(SUNDAY, NINE, "no_show")
    party(dt.date(2026, 7, 1), SIX)
    rows = party_rows(SATURDAY, SUNDAY, "week")
    assert sorted(rows) == [
        PartyRow(dt.date(2026, 6, 1), 6, SIX, 2, 30, one.total + two.total, 1, 0),
        PartyRow(dt.date(2026, 6, 8), 7, NINE, 1, 15, three.total, 0, 1),
    ]
    total = one.total + two.total + three.total
    assert add_up(rows) == Parties(3, 45, total, 1, 1)
    assert add_up(rows).confirmed == 5
    assert add_up([]) == Parties(0, 0, 0, 0, 0)


def test_how_early_parties_are_booked_by_the_venues_dates():
    # Ten in the evening on May 31 at the venue, which is June 1 in UTC.
    late = dt.datetime(2026, 6, 1, 5, tzinfo=dt.UTC)
    noted_afterwards = dt.datetime(2026, 6, 9, 19, tzinfo=dt.UTC)
    party(SATURDAY, SIX, created_at=late)
    party(SATURDAY, SIX, created_at=NOON - dt.timedelta(days=60))
    party(SATURDAY, NINE, created_at=late - dt.timedelta(days=1))
    party(SATURDAY, NINE, created_at=noted_afterwards)
    party(SATURDAY, NINE, "expired", created_at=NOON)
    assert lead_times(SATURDAY, SATURDAY) == (
        6,
        {
            "under a week": 2,
            "1 to 2 weeks": 1,
            "2 to 4 weeks": 0,
            "4 to 8 weeks": 0,
            "8 weeks or more": 1,
        },
    )
    assert lead_times(SUNDAY, SUNDAY)[0] is None


def test_what_became_of_the_slots_that_were_held():
    hold = timezone.now() + dt.timedelta(hours=2)
    for status, confirmed_at in [
        ("confirmed", NOON),
        ("completed", NOON),
        ("no_show", NOON),
        ("canceled", NOON),
        ("canceled", None),
        ("expired", None),
        ("pending", None),
    ]:
        BookingFactory(
            status=status, confirmed_at=confirmed_at, created_at=NOON, hold_expires_at=hold
        )
    BookingFactory(created_at=NOON + dt.timedelta(days=1))
    found = made_counts(NOON, NOON + dt.timedelta(days=1))
    assert found == {"confirmed": 4, "held": 1, "expired": 1, "canceled": 1}
