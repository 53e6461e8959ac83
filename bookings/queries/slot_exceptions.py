"""What an exception for a slot is about."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from bookings import slots
from bookings.models import Booking, RuleBook
from bookings.queries.occupancy import occupancy
from bookings.queries.rules import current_rules


@dataclass(frozen=True, kw_only=True)
class BookedSlot:
    """A slot that has parties, and how many it takes."""

    time: dt.time
    capacity: int
    bookings: tuple[Booking, ...]

    @property
    def is_overbooked(self) -> bool:
        """Whether it has more parties than places: they were booked before it had fewer."""
        return len(self.bookings) > self.capacity


def booked_slots(date: dt.date, time: dt.time | None, *, now: dt.datetime) -> list[BookedSlot]:
    """Return the slot if it has parties, or each slot of the date that has, the earliest first."""
    found = occupancy(current_rules(now), first=date, last=date)
    held = Booking.objects.holding_slots().filter(date=date).order_by("time", "seat")
    of_slot = held if time is None else held.filter(time=time)
    return [
        BookedSlot(time=each, capacity=found.capacity_of(date, each), bookings=tuple(rows))
        for each, rows in groupby(of_slot, lambda booking: booking.time)
    ]


def slot_times(now: dt.datetime) -> list[dt.time]:
    """Return the times of day a party may start, under today's rule book and those to come."""
    current = RuleBook.objects.in_force(slots.local_date(now))
    books = RuleBook.objects.filter(effective_from__gte=current.effective_from)
    texts = {text for times in books.values_list("slot_times", flat=True) for text in times}
    return [dt.time.fromisoformat(text) for text in sorted(texts)]
