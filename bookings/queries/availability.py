"""Which slots are open."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from bookings import slots
from bookings.models import Booking
from bookings.rules import Rules


@dataclass(frozen=True, kw_only=True)
class OpenSlot:
    """A slot with `places` left; `starts_at` is UTC."""

    date: dt.date
    time: dt.time
    starts_at: dt.datetime
    places: int


def open_slots(rules: Rules, *, first: dt.date, last: dt.date, now: dt.datetime) -> list[OpenSlot]:
    """Return the slots between two dates, both included, that can be booked now."""
    first, last = max(first, slots.local_date(now)), min(last, slots.last_date(rules, now))
    taken = _places_taken(first, last)
    return [
        OpenSlot(date=date, time=time, starts_at=slots.starts_at(date, time), places=places)
        for date, time in slots.bookable(rules, first=first, last=last, now=now)
        if (places := rules.slot_capacity - taken.get((date, time), 0)) > 0
    ]


def nearest_open_slots(
    rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime, count: int = 3
) -> list[OpenSlot]:
    """Return the open slots closest to the one that was asked for, in order of time."""
    week = dt.timedelta(days=7)
    wanted = slots.starts_at(date, time)
    found = open_slots(rules, first=date - week, last=date + week, now=now)
    nearest = sorted(found, key=lambda slot: abs(slot.starts_at - wanted))[:count]
    return sorted(nearest, key=lambda slot: slot.starts_at)


def _places_taken(first: dt.date, last: dt.date) -> dict[tuple[dt.date, dt.time], int]:
    rows = (
        Booking.objects.holding_slots()
        .filter(date__range=(first, last))
        .values_list("date", "time")
        .annotate(taken=Count("id"))
    )
    return {(date, time): taken for date, time, taken in rows}
