"""Places in a slot: counted under a lock, and held to by a unique constraint."""

import datetime as dt

from django.db import connection

from bookings.errors import SlotFull
from bookings.models import Booking
from bookings.queries.availability import nearest_open_slots
from bookings.rules import Rules


def take_seat(
    rules: Rules, *, date: dt.date, time: dt.time, for_waitlist: bool = False, now: dt.datetime
) -> int:
    """Return the lowest free seat of a slot, which stays locked until the transaction ends.

    Lock order: a booking's row first, then a slot; whoever holds a slot waits for no row.

    Raises:
        SlotFull: there is none; it carries the nearest open slots.
    """
    lock_slot(date, time)
    taken = set(
        Booking.objects.holding_slots().filter(date=date, time=time).values_list("seat", flat=True)
    )
    free = next((seat for seat in range(1, rules.slot_capacity + 1) if seat not in taken), None)
    if free is None:
        raise SlotFull(
            "This slot is fully booked.",
            attr="time",
            open_slots=[
                {"date": slot.date.isoformat(), "time": f"{slot.time:%H:%M}"}
                for slot in nearest_open_slots(rules, date=date, time=time, now=now)
            ],
        )
    return free


def lock_slot(date: dt.date, time: dt.time) -> None:
    """Let nobody else take or count the slot's places until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"bookings.slot {date} {time}"],
        )
