"""A place that came free goes to the next in line, as a booking whose hold runs."""

import datetime as dt
import logging

from django.db import transaction

from bookings import slots
from bookings.models import Email, Status, WaitlistEntry
from bookings.pricing import Item
from bookings.queries import waitlist
from bookings.queries.occupancy import occupancy
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import orders, seats
from bookings.services.create import Contact, Words, hold_slot
from bookings.services.emails import queue_email
from bookings.services.orders import CheckedOrder, Order
from bookings.services.waitlist import move
from myhibachi.core.errors import InvalidInput

logger = logging.getLogger(__name__)

# What became of an offer, by what became of its booking.
ENDS: dict[str, str] = {
    Status.EXPIRED: WaitlistEntry.Status.LAPSED,
    Status.CANCELED: WaitlistEntry.Status.WITHDRAWN,
    Status.CONFIRMED: WaitlistEntry.Status.BOOKED,
    Status.COMPLETED: WaitlistEntry.Status.BOOKED,
    Status.NO_SHOW: WaitlistEntry.Status.BOOKED,
}


def offer_places(now: dt.datetime) -> int:
    """Offer each free place that somebody waits for to the next in line.

    Each in its own transaction, and safe with several workers at once. Before that, offers that
    were taken up or not are closed; and a line whose slot can't be booked any more is sent home.

    Returns:
        how many entries moved on.
    """
    moved = 0
    while _close_one():
        moved += 1
    rules = current_rules(now)
    return moved + sum(
        _serve(rules, date=date, time=time, now=now) for date, time in waitlist.slots_waited_for()
    )


def _close_one() -> bool:
    with transaction.atomic():
        offers = waitlist.answered_offers().select_for_update(skip_locked=True, of=("self",))
        entry = offers.order_by("id").first()
        if entry is None or entry.booking is None:
            return False
        move(entry, ENDS[entry.booking.status], actor=None, booking=entry.booking.reference)
    return True


def _serve(rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime) -> int:
    """Serve a slot's line while there is a place; one line's trouble stops no other."""
    moved = 0
    try:
        while _serve_next(rules, date=date, time=time, now=now):
            moved += 1
    except Exception:
        logger.exception("The waitlist of %s %s is stuck.", date, time)
    return moved


def _serve_next(rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime) -> bool:
    with transaction.atomic():
        # The slot before the entry: whoever comes second finds the place gone, and no line to jump.
        seats.lock_slot(date, time)
        waiting = waitlist.line(date=date, time=time).select_related("customer")
        entry = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if entry is None:
            return False
        try:
            start = slots.check_bookable(rules, date=date, time=time, now=now)
            if occupancy(rules, first=date, last=date).free(date, time, for_waitlist=True) <= 0:
                return False
            # Only now that there is a place: what is refused today may be allowed by then.
            _offer(entry, orders.check(rules, _order(entry)), rules=rules, start=start, now=now)
        except InvalidInput as error:
            move(entry, WaitlistEntry.Status.LAPSED, actor=None, note=error.detail)
    return True


def _offer(
    entry: WaitlistEntry,
    checked: CheckedOrder,
    *,
    rules: Rules,
    start: dt.datetime,
    now: dt.datetime,
) -> None:
    booking = hold_slot(
        customer=entry.customer,
        rules=rules,
        start=start,
        checked=checked,
        contact=Contact(
            name=entry.contact_name, email=entry.contact_email, phone=entry.contact_phone
        ),
        words=Words(notes=entry.notes, allergies=entry.allergies),
        for_waitlist=True,
        actor=None,
        now=now,
    )
    entry.booking = booking
    move(entry, WaitlistEntry.Status.OFFERED, actor=None, booking=booking.reference)
    if booking.status == Status.PENDING:
        queue_email(Email.Kind.WAITLIST_OFFER, booking=booking, waitlist_entry=entry, now=now)


def _order(entry: WaitlistEntry) -> Order:
    return Order(
        location=entry.location,
        adults=entry.adults,
        children=entry.children,
        toddlers=entry.toddlers,
        menu=entry.menu,
        add_ons=tuple(Item(**item) for item in entry.add_ons),
        proteins=tuple(Item(**item) for item in entry.proteins),
    )
