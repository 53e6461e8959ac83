"""Places in a slot: counted under a lock, and held to by the database (`bookings.models`)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction

from bookings.errors import SlotFull
from bookings.models import Booking
from bookings.models.capacity import CONSTRAINT, SLOT_LOCK
from bookings.queries.availability import nearest_open_slots
from bookings.queries.occupancy import occupancy
from bookings.queries.rules import current_rules
from bookings.rules import Rules


def take_seat(
    rules: Rules, *, date: dt.date, time: dt.time, for_waitlist: bool = False, now: dt.datetime
) -> int:
    """Return the lowest free seat of a slot, which stays locked until the transaction ends.

    Lock order: a booking's row first, then a slot; whoever holds a slot waits for no row.

    Args:
        for_waitlist: whether the place is for one of those in line; nobody else has theirs.

    Raises:
        SlotFull: there is none; it carries the nearest open slots.
    """
    lock_slot(date, time)
    found = occupancy(rules, first=date, last=date)
    if found.free(date, time, for_waitlist=for_waitlist) <= 0:
        raise _full(rules, date=date, time=time, now=now)
    taken = set(
        Booking.objects.holding_slots().filter(date=date, time=time).values_list("seat", flat=True)
    )
    # Fewer are taken than there are, so one of them is free.
    return next(n for n in range(1, found.capacity_of(date, time) + 1) if n not in taken)


def lock_slot(date: dt.date, time: dt.time) -> None:
    """Let nobody else take or count the slot's places until the caller's transaction ends."""
    with connection.cursor() as cursor:
        lock = SLOT_LOCK.format(date="%s::date", time="%s::time")
        cursor.execute(f"SELECT {lock}", [date, str(time)])


@contextmanager
def held_to_capacity(*, date: dt.date, time: dt.time, now: dt.datetime) -> Iterator[None]:
    """Write a seat of `take_seat` in this block, which has a savepoint of its own.

    Raises:
        SlotFull: the database refuses the seat: by its clock another rule book is in force.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if CONSTRAINT not in str(error):
            raise
        raise _full(current_rules(now), date=date, time=time, now=now) from error


def _full(rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime) -> SlotFull:
    return SlotFull(
        "This slot is fully booked.",
        attr="time",
        open_slots=[
            {"date": slot.date.isoformat(), "time": f"{slot.time:%H:%M}"}
            for slot in nearest_open_slots(rules, date=date, time=time, now=now)
        ],
    )
