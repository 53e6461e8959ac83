"""Days off and extra chefs: another number of places than the rule book's.

Parties that are booked already stay; `bookings.queries.slot_exceptions.booked_slots` names them.
"""

import datetime as dt
from typing import Any

from django.db import transaction

from bookings.errors import SlotExceptionExists, SlotInPast, UnknownSlot
from bookings.models import Booking, SlotException
from bookings.queries.slot_exceptions import slot_times
from bookings.services.seats import lock_slot
from bookings.slots import local_date
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotFound
from myhibachi.core.tasks import enqueue


def add_slot_exception(
    *,
    date: dt.date,
    time: dt.time | None,
    capacity: int,
    reason: str = "",
    actor: User | None,
    now: dt.datetime,
) -> SlotException:
    """Give a slot, or each slot of a date, another number of places.

    Args:
        time: local to the venue; None for the whole day.
        capacity: parties a slot; 0 closes it.

    Raises:
        SlotInPast: the date is over.
        UnknownSlot: nobody cooks at this time, under no rule book that is in force or to come.
        SlotExceptionExists: it has an exception already.
    """
    _refuse_past(date, now=now)
    if time is not None and time not in slot_times(now):
        raise UnknownSlot("We don't start at this time.", attr="time")
    with transaction.atomic():
        _lock_slots(date, time, now=now)
        if SlotException.objects.filter(date=date, time=time).exists():
            raise SlotExceptionExists("There is one already: change that.", attr="date")
        exception = SlotException.objects.create(
            date=date, time=time, capacity=capacity, reason=reason, created_at=now
        )
        _record("added", exception, actor=actor, **_facts(exception))
    return exception


def change_slot_exception(
    *, exception_id: int, capacity: int, reason: str, actor: User | None, now: dt.datetime
) -> SlotException:
    """Give an exception another number of places, or another reason.

    Raises:
        SlotInPast: its date is over.
        NotFound: it was deleted meanwhile.
    """
    with transaction.atomic():
        exception = _locked(exception_id, now=now)
        before = _facts(exception)
        exception.capacity, exception.reason = capacity, reason
        after = _facts(exception)
        changes = {name: [before[name], new] for name, new in after.items() if before[name] != new}
        if changes:
            exception.save(update_fields=["capacity", "reason"])
            _record("changed", exception, actor=actor, **changes)
    return exception


def delete_slot_exception(*, exception_id: int, actor: User | None, now: dt.datetime) -> None:
    """Go back to the whole day's places, or the rule book's.

    Raises:
        SlotInPast: its date is over.
        NotFound: it was deleted already.
    """
    with transaction.atomic():
        exception = _locked(exception_id, now=now)
        _record("deleted", exception, actor=actor, **_facts(exception))
        exception.delete()


def _locked(exception_id: int, *, now: dt.datetime) -> SlotException:
    exception = SlotException.objects.select_for_update().filter(pk=exception_id).first()
    if exception is None:
        raise NotFound("There is no such exception any more.")
    _refuse_past(exception.date, now=now)
    _lock_slots(exception.date, exception.time, now=now)
    return exception


def _facts(exception: SlotException) -> dict[str, Any]:
    return {
        "date": exception.date.isoformat(),
        "time": f"{exception.time:%H:%M}" if exception.time else None,
        "capacity": exception.capacity,
        "reason": exception.reason,
    }


def _record(verb: str, exception: SlotException, *, actor: User | None, **changes: Any) -> None:
    audit.record(f"slot_exception.{verb}", exception, actor=actor, **changes)
    # Where there are fewer places now, it finds none to offer.
    enqueue("bookings.tasks.offer_places")


def _refuse_past(date: dt.date, *, now: dt.datetime) -> None:
    if date < local_date(now):
        raise SlotInPast("This date is over.", attr="date")


def _lock_slots(date: dt.date, time: dt.time | None, *, now: dt.datetime) -> None:
    """Wait for bookings under way, so that whoever asks afterwards counts them too."""
    booked = Booking.objects.holding_slots().filter(date=date).values_list("time", flat=True)
    # In one order: two people at it never wait for each other in a circle.
    for each in sorted({*slot_times(now), *booked}) if time is None else [time]:
        lock_slot(date, each)
