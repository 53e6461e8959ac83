import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.errors import NotEditable, TotalBelowPaid
from bookings.models import Booking, Email, Status
from bookings.pricing import Item
from bookings.services.emails import queue_email
from bookings.services.moving import take_slot
from bookings.services.payable import apply_paid, lock_booking
from bookings.services.repricing import order_of, reprice
from bookings.services.seats import held_to_capacity
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.tasks import enqueue

PARTY = ("adults", "children", "toddlers", "menu", "location")
KITCHEN = ("add_ons", "proteins")
# A change of these is news to the customer.
NOTICED = (*PARTY, *KITCHEN, "guests", "date", "time", "total")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What to change; None leaves it as it is."""

    date: dt.date | None = None
    time: dt.time | None = None
    guests: int | None = None
    adults: int | None = None
    children: int | None = None
    toddlers: int | None = None
    menu: str | None = None
    add_ons: tuple[Item, ...] | None = None
    proteins: tuple[Item, ...] | None = None
    location: str | None = None
    notes: str | None = None
    allergies: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None


def update_booking(
    *, booking_id: UUID, changes: Changes, actor: User | None, now: dt.datetime
) -> Booking:
    """Change a booking and price it again under the rules it was made under.

    Its fees and discounts stay on the bill. Another date or time is for bookings that are not
    confirmed yet; those that are, `reschedule_booking` moves.

    Raises:
        NotEditable: its status, or the time left until the party, doesn't allow this change.
        TotalBelowPaid: it would cost less than what has been paid.
        SlotFull and what else `create_booking` raises: the new slot or order is refused.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if booking.status not in (Status.PENDING, Status.CONFIRMED):
            raise NotEditable(f"A {booking.status} booking can't be changed.")
        new = _plain_columns(changes) | _ordered_columns(booking, changes)
        changed = _differing(booking, new)
        _check_windows(booking, changed, now=now)
        changed |= _differing(booking, _moved(booking, changes, now=now))
        if changed:
            _apply(booking, changed, actor=actor, now=now)
        if booking.status == Status.PENDING and booking.paid >= booking.deposit_due:
            # It costs less now: what was paid of the deposit is all of it.
            booking = apply_paid(booking_id=booking.pk, paid=booking.paid, now=now)
    return booking


def _plain_columns(changes: Changes) -> dict[str, Any]:
    names = ("notes", "allergies", "contact_name", "contact_email", "contact_phone")
    values = {name: getattr(changes, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _ordered_columns(booking: Booking, changes: Changes) -> dict[str, Any]:
    names = ("children", "toddlers", "menu", "add_ons", "proteins", "location")
    wanted = {name: getattr(changes, name) for name in names}
    order = replace(
        order_of(booking),
        adults=changes.adults,
        guests=booking.guests if changes.guests is changes.adults is None else changes.guests,
        **{name: value for name, value in wanted.items() if value is not None},
    )
    return reprice(booking, order)


def _differing(booking: Booking, columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if getattr(booking, name) != value}


def _check_windows(booking: Booking, changed: dict[str, Any], *, now: dt.datetime) -> None:
    rules = booking.rules
    _check_window(booking, changed, PARTY, rules.final_count_hours, now)
    _check_window(booking, changed, KITCHEN, rules.protein_choice_hours, now)


def _check_window(
    booking: Booking, changed: dict[str, Any], names: tuple[str, ...], hours: int, now: dt.datetime
) -> None:
    late = [name for name in names if name in changed]
    if late and now > booking.starts_at - dt.timedelta(hours=hours):
        raise NotEditable(f"This can change until {hours} hours before.", attr=late[0])


def _moved(booking: Booking, changes: Changes, *, now: dt.datetime) -> dict[str, Any]:
    date = booking.date if changes.date is None else changes.date
    time = booking.time if changes.time is None else changes.time
    if (date, time) == (booking.date, booking.time):
        return {}
    if booking.status != Status.PENDING:
        raise NotEditable("A confirmed booking keeps its date and time.", attr="date")
    return take_slot(booking, date=date, time=time, now=now)


def _apply(
    booking: Booking, changed: dict[str, Any], *, actor: User | None, now: dt.datetime
) -> None:
    if changed.get("total", booking.total) < min(booking.total, booking.paid):
        raise TotalBelowPaid("It would cost less than what has been paid: refund that first.")
    before = {name: getattr(booking, name) for name in changed}
    for name, value in changed.items():
        setattr(booking, name, value)
    with held_to_capacity(date=booking.date, time=booking.time, now=now):
        booking.save(update_fields=[*changed, "updated_at"])
    pairs = _pairs(before, changed)
    entry = audit.record("booking.updated", booking, actor=actor, **pairs)
    news = {name: pairs[name] for name in NOTICED if name in pairs}
    if news:
        queue_email(
            Email.Kind.BOOKING_CHANGED, booking=booking, news=str(entry.pk), facts=news, now=now
        )
    if "total" in changed:
        enqueue("payments.tasks.follow_booking", booking.pk)
    if "starts_at" in changed:
        enqueue("bookings.tasks.offer_places")


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return old and new of each column, JSON-ready."""
    names = after.keys() - {"lines", "extra_lines"}
    return {name: [_plain(before[name]), _plain(after[name])] for name in sorted(names)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
