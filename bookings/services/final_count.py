import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import GuestsChanged, NotEditable
from bookings.models import Booking, Status
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit


def confirm_guests(
    *, booking_id: UUID, guests: int, actor: User | None, now: dt.datetime
) -> Booking:
    """Note that the number of guests is final; a second time changes nothing.

    It is final no more once the number changes, or the party moves to another slot.

    Args:
        guests: the number that the person saw.

    Raises:
        NotEditable: the booking is not confirmed, or the party has begun.
        GuestsChanged: the party has another number of guests by now.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        _check(booking, guests, now=now)
        if not booking.guests_are_final:
            was, booking.final_guests = booking.final_guests, guests
            booking.save(update_fields=["final_guests", "updated_at"])
            audit.record(
                "booking.guests_confirmed", booking, actor=actor, final_guests=[was, guests]
            )
    return booking


def _check(booking: Booking, guests: int, *, now: dt.datetime) -> None:
    if booking.status != Status.CONFIRMED:
        raise NotEditable("Only a confirmed booking's number of guests can be final.")
    if booking.starts_at <= now:
        raise NotEditable("The party has begun.")
    if booking.guests != guests:
        raise GuestsChanged(
            f"The number of guests is {booking.guests} by now: is that final?", attr="guests"
        )
