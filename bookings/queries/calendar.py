"""The parties of some days by slot, with each slot's places."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils.formats import time_format

from bookings import slots
from bookings.models import HOLDS_SLOT, Booking, SlotException, Status
from bookings.queries.occupancy import Occupancy, Slot, occupancy
from bookings.queries.rules import current_rules

# What did not take place is left out; a no-show had its place all the same.
SHOWN = (*HOLDS_SLOT, Status.NO_SHOW)
# Large, and no part of a calendar.
UNUSED = ("lines", "extra_lines", "rules_snapshot", "add_ons", "proteins", "notes")
Reasons = dict[tuple[dt.date, dt.time | None], str]


@dataclass(frozen=True, kw_only=True)
class CalendarSlot:
    """One slot, at the venue's local time.

    Attributes:
        taken: places that parties hold; a no-show is in `parties` and holds none.
        waiting: people in line for it.
        reason: why it takes another number of parties than usual, if somebody said so.
        is_open: whether it can be booked now.
    """

    date: dt.date
    time: dt.time
    capacity: int
    taken: int
    waiting: int
    parties: tuple[Booking, ...]
    reason: str
    is_open: bool

    @property
    def clock(self) -> str:
        """Its time, short enough for a month: "6 PM" or "6:30 PM"."""
        return time_format(self.time, "g:i A" if self.time.minute else "g A")

    @property
    def places(self) -> str:
        """How full it is, in words."""
        if not self.capacity:
            return f"closed, {self.taken} booked" if self.taken else "closed"
        said = f"{self.taken} of {self.capacity}"
        return f"{said}, full" if self.taken >= self.capacity else said

    @property
    def is_busy(self) -> bool:
        """Whether there is more to say of it than that it is free."""
        return bool(self.parties or self.waiting)


@dataclass(frozen=True, kw_only=True)
class CalendarDay:
    """A local date and its slots, the earliest first; `reason` as said of the whole day."""

    date: dt.date
    slots: tuple[CalendarSlot, ...]
    reason: str

    @property
    def is_closed(self) -> bool:
        """Whether no slot of it takes a party."""
        return not any(slot.capacity for slot in self.slots)

    @property
    def is_busy(self) -> bool:
        """Whether one of its slots is."""
        return any(slot.is_busy for slot in self.slots)

    @property
    def parties(self) -> list[Booking]:
        """Those that hold a place, by time and seat."""
        return [party for slot in self.slots for party in slot.parties if party.holds_slot]


def calendar(*, first: dt.date, last: dt.date, now: dt.datetime) -> list[CalendarDay]:
    """Return the days between two dates, both included. Six queries, however many they are.

    Slots that the rules in force no longer have are shown on the days that have a party in them.
    """
    rules = current_rules(now)
    places = occupancy(rules, first=first, last=last)
    parties = _parties(first, last)
    exceptions = SlotException.objects.filter(date__range=(first, last)).exclude(reason="")
    reasons = {(each.date, each.time): each.reason for each in exceptions}
    until = min(last, slots.last_date(rules, now))
    bookable = {
        (date, time)
        for date, time, _start in slots.bookable(rules, first=first, last=until, now=now)
    }
    usual = slots.times(rules)
    days = (dt.date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
    return [
        CalendarDay(
            date=date,
            slots=tuple(
                _slot(date, time, places, parties, reasons, bookable)
                for time in sorted({*usual, *(time for day, time in parties if day == date)})
            ),
            reason=reasons.get((date, None), ""),
        )
        for date in days
    ]


def _parties(first: dt.date, last: dt.date) -> dict[Slot, list[Booking]]:
    found: dict[Slot, list[Booking]] = defaultdict(list)
    shown = Booking.objects.filter(date__range=(first, last), status__in=SHOWN)
    for booking in shown.defer(*UNUSED).order_by("date", "time", "seat"):
        found[booking.date, booking.time].append(booking)
    return dict(found)


def _slot(
    date: dt.date,
    time: dt.time,
    places: Occupancy,
    parties: dict[Slot, list[Booking]],
    reasons: Reasons,
    bookable: set[Slot],
) -> CalendarSlot:
    return CalendarSlot(
        date=date,
        time=time,
        capacity=places.capacity_of(date, time),
        taken=places.taken[date, time],
        waiting=places.waiting[date, time],
        parties=tuple(parties.get((date, time), ())),
        reason=reasons.get((date, time), ""),
        is_open=(date, time) in bookable and places.free(date, time) > 0,
    )
