"""The parties of some days, slot by slot, with what is free beside them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from bookings.models import Booking
from bookings.queries.occupancy import occupancy
from bookings.rules import Rules
from bookings.slots import times


@dataclass(frozen=True, kw_only=True)
class PartySlot:
    """A time of day, its parties, and how many more it takes."""

    time: dt.time
    free: int
    parties: tuple[Booking, ...]


@dataclass(frozen=True, kw_only=True)
class PartyDay:
    """A day's slots in order."""

    date: dt.date
    slots: tuple[PartySlot, ...]

    @property
    def taken(self) -> list[PartySlot]:
        """The slots that have parties."""
        return [slot for slot in self.slots if slot.parties]

    @property
    def free(self) -> list[PartySlot]:
        """The slots that have none, and could have."""
        return [slot for slot in self.slots if not slot.parties and slot.free]

    @property
    def count(self) -> int:
        """How many parties there are."""
        return sum(len(slot.parties) for slot in self.slots)

    @property
    def guests(self) -> int:
        """How many guests they have."""
        return sum(party.guests for slot in self.slots for party in slot.parties)


def party_days(rules: Rules, *, first: dt.date, days: int) -> list[PartyDay]:
    """Return so many days from `first` on: four queries, however many parties they have."""
    dates = [first + dt.timedelta(days=n) for n in range(days)]
    places = occupancy(rules, first=dates[0], last=dates[-1])
    parties: dict[tuple[dt.date, dt.time], list[Booking]] = defaultdict(list)
    held = Booking.objects.holding_slots().filter(date__range=(dates[0], dates[-1]))
    for booking in held.order_by("date", "time", "seat"):
        parties[booking.date, booking.time].append(booking)

    def slot(date: dt.date, time: dt.time) -> PartySlot:
        free = max(places.free(date, time), 0)
        return PartySlot(time=time, free=free, parties=tuple(parties.get((date, time), ())))

    def of_day(date: dt.date) -> list[dt.time]:
        # A party may have been booked under rules with other times.
        return sorted({*times(rules), *(time for day, time in parties if day == date)})

    return [
        PartyDay(date=date, slots=tuple(slot(date, time) for time in of_day(date)))
        for date in dates
    ]
