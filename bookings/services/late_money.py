"""Money that came after its booking was over: given a seat again, or kept."""

import datetime as dt
from uuid import UUID

from bookings import slots
from bookings.errors import InvalidTransition, NoLateMoney, SlotInPast
from bookings.models import NEXT, Booking, Email, Status
from bookings.queries.rules import current_rules
from bookings.services import seats
from bookings.services.emails import queue_email
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.tasks import enqueue


def lock_late(booking_id: UUID) -> Booking:
    """Return a booking whose money is late, locked: of two people who decide, one does.

    Raises:
        NoLateMoney: somebody has dealt with it already.
        NotFound: there is no such booking.
    """
    booking = lock_booking(booking_id)
    if not booking.late_money:
        raise NoLateMoney("This money has been dealt with already.")
    return booking


def reseat(
    booking: Booking, *, date: dt.date, time: dt.time, held: int, actor: User, now: dt.datetime
) -> None:
    """Give a booking with late money a place again, in its own slot or in another.

    Enough for the deposit confirms it; less holds the place as a new booking would. The caller
    has it from `lock_late`.

    Args:
        held: what is left of its money, in cents; refunds under way are no part of it.

    Raises:
        NotAllowed: this person may not.
        InvalidTransition: its status doesn't allow it.
        SlotInPast, UnknownSlot, TooSoon, TooFarAhead: the slot can't be booked; its own can be
            until it begins.
        SlotFull: it has no place left.
    """
    if not actor.has_perm("bookings.reschedule_booking"):
        raise NotAllowed("You may not give bookings another place.")
    confirms = held >= booking.deposit_due
    status = Status.CONFIRMED if confirms else Status.PENDING
    if status not in NEXT[booking.status]:
        raise InvalidTransition(f"A {booking.status} booking gets no place any more.")
    old_status, old = booking.status, _slot(booking)
    _take_place(booking, date, time, now=now)
    booking.move_to(status)
    hold = now + dt.timedelta(minutes=booking.rules.hold_minutes)
    booking.hold_expires_at = None if confirms else hold
    booking.confirmed_at = now if confirms else booking.confirmed_at
    booking.canceled_at, booking.late_money = None, False
    with seats.held_to_capacity(date=date, time=time, now=now):
        booking.save()
    entry = audit.record(
        "booking.reseated",
        booking,
        actor=actor,
        status=[old_status, booking.status],
        slot=[old, _slot(booking)],
        held=held,
    )
    stays = old == _slot(booking)
    kind = Email.Kind.DEPOSIT_RECEIVED if confirms and stays else Email.Kind.BOOKING_CHANGED
    facts = dict(zip(("old_date", "old_time"), old.split(), strict=True))
    # Its own news each time: a deposit e-mail may have gone out before it was canceled.
    queue_email(kind, booking=booking, news=str(entry.pk), facts=facts, now=now)
    enqueue("payments.tasks.follow_booking", booking.pk)


def _take_place(booking: Booking, date: dt.date, time: dt.time, *, now: dt.datetime) -> None:
    rules = current_rules(now)
    if (date, time) != (booking.date, booking.time):
        booking.starts_at = slots.check_bookable(rules, date=date, time=time, now=now)
        booking.final_guests = None
    elif booking.starts_at <= now:
        raise SlotInPast("This slot has begun already.", attr="date")
    # The same slot is theirs though the notice is over: they had it.
    booking.seat = seats.take_seat(rules, date=date, time=time, now=now)
    booking.date, booking.time = date, time


def _slot(booking: Booking) -> str:
    return f"{booking.date} {booking.time:%H:%M}"


def keep(booking: Booking, *, held: int, reason: str, actor: User) -> None:
    """Keep late money, because a person says so; the booking stays as it is.

    The caller has it from `lock_late`.

    Args:
        held: what is left of its money, in cents.

    Raises:
        NotAllowed: this person may not.
        InvalidInput: no reason is given.
    """
    if not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not keep this money.")
    if not reason.strip():
        raise InvalidInput("Say why it is kept.", attr="reason")
    flag = [booking.late_money, False]
    booking.late_money = False
    booking.save(update_fields=["late_money", "updated_at"])
    audit.record(
        "booking.late_money_kept", booking, actor=actor, note=reason, amount=held, late_money=flag
    )


def show_to_staff(booking_id: UUID) -> None:
    """Flag the money of a booking that is over: it was to go back, and did not.

    The caller is in a transaction.
    """
    booking = lock_booking(booking_id)
    if booking.status in (Status.EXPIRED, Status.CANCELED) and booking.paid > 0:
        booking.late_money = True
        booking.save(update_fields=["late_money", "updated_at"])
