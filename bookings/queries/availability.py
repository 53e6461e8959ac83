"""Which slots are open."""

import datetime as dt
from dataclasses import dataclass

from bookings import slots
from bookings.queries.occupancy import occupancy
from bookings.rules import Rules

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class OpenSlot:
    """A slot with `places` left; `starts_at` is UTC."""

    date: dt.date
    time: dt.time
    starts_at: dt.datetime
    places: int


def open_slots(rules: Rules, *, first: dt.date, last: dt.date, now: dt.datetime) -> list[OpenSlot]:
    """Return the slots between two dates, both included, that can be booked now.

    The same number of queries for a day as for a year. A place that somebody on the waitlist is
    next for counts as gone, as it does for `bookings.services.seats.take_seat`.
    """
    first, last = max(first, slots.local_date(now)), min(last, slots.last_date(rules, now))
    found = occupancy(rules, first=first, last=last)
    return [
        OpenSlot(date=date, time=time, starts_at=start, places=places)
        for date, time, start in slots.bookable(rules, first=first, last=last, now=now)
        if (places := found.free(date, time)) > 0
    ]


def nearest_open_slots(
    rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime, count: int = 3
) -> list[OpenSlot]:
    """Return the open slots closest to the one that was asked for, in order of time."""
    wanted = slots.starts_at(date, time)
    found = open_slots(rules, first=date - WEEK, last=date + WEEK, now=now)
    if len(found) < count:
        # Closed for weeks: what is nearest is further away.
        found = open_slots(rules, first=dt.date.min, last=dt.date.max, now=now)
    nearest = sorted(found, key=lambda slot: abs(slot.starts_at - wanted))[:count]
    return sorted(nearest, key=lambda slot: slot.starts_at)
