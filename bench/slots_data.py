"""Bookings, exceptions and people in line, and what availability takes with them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import count, islice

from django.test import Client
from django.utils import timezone

from bench.timing import milliseconds
from bookings import slots
from bookings.models import Booking, SlotException, Status
from bookings.queries.availability import open_slots
from bookings.queries.rules import current_rules
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory, default_rules
from customers.tests.factories import CustomerFactory
from myhibachi.core.ids import uuid7

TIMES = slots.times(default_rules())
TODAY = slots.local_date(timezone.now())
# Days from today, the time of day, the seat.
Seat = tuple[int, dt.time, int]
_references = count()


def measure() -> dict[str, float]:
    """Return the milliseconds of a day, of a year, and of a year asked for over the API."""
    now = timezone.now()
    rules = current_rules(now)
    day, last = _day(90), slots.last_date(rules, now)
    http, path = Client(), f"/api/bookings/availability?from={TODAY}&to={last}"
    return {
        "day": milliseconds(lambda: open_slots(rules, first=day, last=day, now=now)),
        "year": milliseconds(lambda: open_slots(rules, first=TODAY, last=last, now=now)),
        "by API": milliseconds(lambda: http.get(path).content),
    }


def write_past(parties: int) -> None:
    """Write parties that took place, two a slot, day before day."""
    _write(islice(_seats(count(-1, -1)), parties), status=Status.COMPLETED)


def write_year(*, bookings: int, exceptions: int, waiting: int) -> None:
    """Write what a busy year has, from next week on."""
    _write(islice(_seats(count(7)), bookings), status=Status.CONFIRMED)
    for number in range(exceptions):
        # Closed, lowered, as ever or raised; every fifth for the whole day.
        time = None if number % 5 == 0 else TIMES[number % 4]
        SlotException.objects.create(date=_day(7 + number), time=time, capacity=number % 4)
    for number in range(waiting):
        WaitlistEntryFactory(date=_day(7 + number), time=TIMES[number % 4])


def _seats(days: Iterable[int]) -> Iterator[Seat]:
    return ((day, time, seat) for day in days for time in TIMES for seat in (1, 2))


def _write(seats: Iterator[Seat], *, status: str) -> None:
    one = BookingFactory.build(customer=CustomerFactory(), status=status, seat=1)
    # Each row keeps its slot's lock until it is committed: a thousand are no strain.
    while batch := [_like(one, *seat) for seat in islice(seats, 1000)]:
        Booking.objects.bulk_create(batch)


def _like(one: Booking, days: int, time: dt.time, seat: int) -> Booking:
    row = copy(one)
    row.pk, row.reference = uuid7(), f"B-{next(_references)}"
    row.date, row.time, row.seat = _day(days), time, seat
    row.starts_at = slots.starts_at(row.date, time)
    return row


def _day(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)
