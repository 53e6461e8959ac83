"""Taking a place in another slot, for a booking that has one."""

import datetime as dt
from typing import Any

from bookings import slots
from bookings.errors import SameSlot
from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.services import seats


def take_slot(
    booking: Booking, *, date: dt.date, time: dt.time, now: dt.datetime
) -> dict[str, Any]:
    """Return the columns of a booking in another slot, whose place is taken under today's rules.

    Only the new slot is locked: the old place is the booking's until the caller commits, and
    giving it up takes nothing from anybody. So two bookings that swap slots never wait for each
    other.

    Raises:
        SameSlot: it is there already.
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead, SlotFull: the slot can't be booked now.
    """
    if (date, time) == (booking.date, booking.time):
        raise SameSlot("The booking is at this date and time already.", attr="time")
    rules = current_rules(now)
    return {
        "starts_at": slots.check_bookable(rules, date=date, time=time, now=now),
        "seat": seats.take_seat(rules, date=date, time=time, now=now),
        "date": date,
        "time": time,
        # Who comes on one day may not come on another.
        "final_guests": None,
    }
