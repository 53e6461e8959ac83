"""The waitlist: who wants a slot that is full joins a line, or leaves it."""

import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings import slots
from bookings.errors import AlreadyWaiting, InvalidTransition, NotEditable, SlotClosed, SlotOpen
from bookings.models import Booking, Status, WaitlistEntry
from bookings.models.order import Ordered
from bookings.queries.occupancy import occupancy
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import orders, seats
from bookings.services.cancel import cancel
from bookings.services.create import Contact, Words, named_customer, order_columns
from bookings.services.orders import CheckedOrder, Order
from bookings.services.payable import lock_booking
from customers.models import Customer, User
from myhibachi.core import audit, idempotency
from myhibachi.core.errors import NotFound
from myhibachi.core.tasks import enqueue

ORDERED = {field.name for field in Ordered._meta.fields}


def join_waitlist(
    *,
    customer: Customer | None = None,
    date: dt.date,
    time: dt.time,
    order: Order,
    contact: Contact,
    words: Words,
    entry_id: UUID | None = None,
    actor: User,
    now: dt.datetime,
) -> WaitlistEntry:
    """Stand in line for a slot that is full.

    The order is checked now, and again, and priced, when a place is offered.

    Args:
        customer: whose it is. Left out: whom a staff `actor` names in `contact`, else the actor.
        date, time: local to the venue.
        entry_id: the id that the entry shall have, chosen by the caller before the first try; the
            same call again, within a day, returns that entry and makes no other.

    Raises:
        SlotOpen: it can be booked at once.
        SlotClosed: nobody cooks then, whoever cancels.
        AlreadyWaiting: the customer is in this line.
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the slot can't be booked now.
        WrongPartySize, UnknownItem, TooManyProteins, TooFarAway: the order can't be cooked.
    """
    made, new_id = idempotency.find_made(WaitlistEntry.objects.all(), entry_id, now=now)
    if made:
        return made
    rules = current_rules(now)
    slots.check_bookable(rules, date=date, time=time, now=now)
    checked = orders.check(rules, order)
    with transaction.atomic():
        customer = customer or named_customer(actor, contact)
        # Nobody takes or frees the last place between looking and joining.
        seats.lock_slot(date, time)
        _check_needed(rules, customer, date=date, time=time)
        entry = WaitlistEntry.objects.create(
            pk=new_id,
            customer=customer,
            date=date,
            time=time,
            contact_name=contact.name or customer.name,
            contact_email=contact.email or customer.email,
            contact_phone=contact.phone or customer.phone,
            created_at=now,
            **asdict(words),
            **_ordered_columns(checked),
        )
        slot = f"{date.isoformat()} {time:%H:%M}"
        audit.record("waitlist.joined", entry, actor=actor, slot=slot, guests=entry.guests)
    return entry


def leave_waitlist(*, entry_id: UUID, actor: User, now: dt.datetime) -> WaitlistEntry:
    """Leave the line, or turn down the place that was offered: the next one gets it.

    Having left already changes nothing.

    Raises:
        InvalidTransition: it has come to its end.
        NotEditable: the place that was offered has been paid for, if only in part.
        NotFound: there is no such entry.
    """
    with transaction.atomic():
        entry, booking = _lock(entry_id)
        if entry.status == WaitlistEntry.Status.WITHDRAWN:
            return entry
        if booking and entry.status == WaitlistEntry.Status.OFFERED:
            _give_back(booking, actor=actor, now=now)
        move(entry, WaitlistEntry.Status.WITHDRAWN, actor=actor)
        # A place kept for this entry is the next one's, or anybody's.
        enqueue("bookings.tasks.offer_places")
    return entry


def move(
    entry: WaitlistEntry, status: str, *, actor: User | None, note: str = "", **changes: Any
) -> None:
    """Give a locked entry its next status, and record it.

    Raises:
        InvalidTransition: its status doesn't allow it.
    """
    changes |= {"status": [entry.status, status]}
    entry.move_to(status)
    entry.save(update_fields=["status", "booking", "updated_at"])
    audit.record(f"waitlist.{status}", entry, actor=actor, note=note, **changes)


def _check_needed(rules: Rules, customer: Customer, *, date: dt.date, time: dt.time) -> None:
    found = occupancy(rules, first=date, last=date)
    if found.free(date, time) > 0:
        raise SlotOpen("This slot is open: book it.", attr="time")
    if found.capacity_of(date, time) == 0:
        raise SlotClosed("We don't cook at this date and time.", attr="time")
    live = (WaitlistEntry.Status.WAITING, WaitlistEntry.Status.OFFERED)
    if customer.waitlist.filter(date=date, time=time, status__in=live).exists():
        raise AlreadyWaiting("Already on the waitlist for this slot.", attr="time")


def _ordered_columns(checked: CheckedOrder) -> dict[str, Any]:
    """Return the columns of what is ordered. What it costs is settled with the offer."""
    columns = order_columns(checked)
    return {name: value for name, value in columns.items() if name in ORDERED}


def _lock(entry_id: UUID) -> tuple[WaitlistEntry, Booking | None]:
    """Return the entry and the booking it was offered, both locked, the booking first."""
    seen = WaitlistEntry.objects.filter(pk=entry_id).first()
    if seen is None:
        raise NotFound("There is no such place in line.", attr="entry_id")
    booking = lock_booking(seen.booking_id) if seen.booking_id else None
    entry = WaitlistEntry.objects.select_for_update().get(pk=entry_id)
    if entry.booking_id != seen.booking_id:
        raise InvalidTransition("A place has been offered at this moment: look at it first.")
    return entry, booking


def _give_back(booking: Booking, *, actor: User, now: dt.datetime) -> None:
    if not booking.holds_slot:
        return
    # The entry may not have heard of it yet.
    if booking.status != Status.PENDING or booking.paid > 0:
        raise NotEditable("It has been paid for: cancel the booking.")
    cancel(booking, actor=actor, reason="Turned the offer down.", outcome={}, now=now)
