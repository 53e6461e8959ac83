import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import InvalidTransition
from bookings.models import Booking, Status
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit


def mark_completed(*, booking_id: UUID, actor: User | None, now: dt.datetime) -> Booking:
    """Note that the party took place.

    Raises:
        InvalidTransition: it is not confirmed, or has not begun yet.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if now < booking.starts_at:
            raise InvalidTransition("The party has not begun yet.")
        booking.move_to(Status.COMPLETED)
        booking.save(update_fields=["status", "updated_at"])
        audit.record("booking.completed", booking, actor=actor)
    return booking
