import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import InvalidTransition
from bookings.models import Booking, Status
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.tasks import enqueue


def mark_completed(*, booking_id: UUID, actor: User | None, now: dt.datetime) -> Booking:
    """Note that the party took place.

    Raises:
        InvalidTransition: it is not confirmed, or has not begun yet.
        NotFound: there is no such booking.
    """
    return _finish(booking_id, Status.COMPLETED, actor=actor, now=now)


def mark_no_show(*, booking_id: UUID, actor: User | None, now: dt.datetime) -> Booking:
    """Note that nobody was there. The money stays; nothing more is asked for.

    Raises:
        InvalidTransition: it is not confirmed, or has not begun yet.
        NotFound: there is no such booking.
    """
    return _finish(booking_id, Status.NO_SHOW, actor=actor, now=now)


def _finish(booking_id: UUID, status: Status, *, actor: User | None, now: dt.datetime) -> Booking:
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if now < booking.starts_at:
            raise InvalidTransition("The party has not begun yet.")
        was = booking.status
        booking.move_to(status)
        booking.save(update_fields=["status", "seat", "updated_at"])
        audit.record(f"booking.{status}", booking, actor=actor, status=[was, status])
        if status == Status.NO_SHOW:
            enqueue("payments.tasks.follow_booking", booking.pk)
    return booking
