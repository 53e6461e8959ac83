"""How many places slots have, and who takes them."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from bookings.models import Booking, SlotException, WaitlistEntry
from bookings.rules import Rules

Slot = tuple[dt.date, dt.time]


@dataclass(frozen=True, kw_only=True)
class Occupancy:
    """The places of some dates' slots, as they were at one moment.

    Attributes:
        capacity: the rule book's, for a slot without an exception.
        exceptions: other capacities, by date and time; without a time, of the whole day.
        taken: places that bookings hold.
        waiting: people in line, each of whom has the next free place.
    """

    capacity: int
    exceptions: dict[tuple[dt.date, dt.time | None], int]
    taken: Counter[Slot]
    waiting: Counter[Slot]

    def capacity_of(self, date: dt.date, time: dt.time) -> int:
        """Return how many parties the slot takes: one's own exception, the day's, the rules'."""
        of_day = self.exceptions.get((date, None), self.capacity)
        return self.exceptions.get((date, time), of_day)

    def free(self, date: dt.date, time: dt.time, *, for_waitlist: bool = False) -> int:
        """Return how many places can be sold; fewer than none where capacity was lowered.

        Args:
            for_waitlist: whether the place is for one of those in line.
        """
        places = self.capacity_of(date, time) - self.taken[date, time]
        return places if for_waitlist else places - self.waiting[date, time]


def occupancy(rules: Rules, *, first: dt.date, last: dt.date) -> Occupancy:
    """Read the places between two dates, both included: three queries, however many dates."""
    dates = (first, last)
    exceptions = SlotException.objects.filter(date__range=dates)
    waiting = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.WAITING)
    return Occupancy(
        capacity=rules.slot_capacity,
        exceptions={
            (date, time): capacity
            for date, time, capacity in exceptions.values_list("date", "time", "capacity")
        },
        taken=_by_slot(Booking.objects.holding_slots().filter(date__range=dates)),
        waiting=_by_slot(waiting.filter(date__range=dates)),
    )


def _by_slot(rows: QuerySet[Any]) -> Counter[Slot]:
    counts = rows.values_list("date", "time").annotate(count=Count("pk"))
    return Counter({(date, time): count for date, time, count in counts})
