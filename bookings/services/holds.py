import datetime as dt

from django.db import transaction
from django.db.models import F

from bookings.models import Booking, Email, Status
from bookings.services.emails import queue_email
from myhibachi.core import audit
from myhibachi.core.tasks import enqueue


def expire_holds(now: dt.datetime) -> int:
    """Expire every pending booking whose hold ran out unpaid, and free its place.

    The customer is told, the open payment attempt is closed, and the place goes to whoever waits
    for it. Each booking in its own transaction; one that somebody has locked, such as a payment
    arriving at this very moment, is left for the next run.

    Returns:
        how many expired.
    """
    expired = 0
    while _expire_one(now):
        expired += 1
    return expired


def _expire_one(now: dt.datetime) -> bool:
    with transaction.atomic():
        booking = (
            Booking.objects.select_for_update(skip_locked=True)
            .filter(status=Status.PENDING, hold_expires_at__lte=now, paid__lt=F("deposit_due"))
            .order_by("hold_expires_at")
            .first()
        )
        if booking is None:
            return False
        booking.move_to(Status.EXPIRED)
        # Part of a deposit doesn't hold the slot, but it is the customer's money.
        booking.late_money = booking.paid > 0
        booking.save(update_fields=["status", "seat", "late_money", "updated_at"])
        status = [Status.PENDING, booking.status]
        audit.record("booking.expired", booking, actor=None, paid=booking.paid, status=status)
        # Another hold that runs out, after late money gave it another place, is told again.
        news = f"{booking.hold_expires_at:%Y-%m-%d %H:%M}"
        queue_email(Email.Kind.HOLD_EXPIRED, booking=booking, news=news, now=now)
        enqueue("payments.tasks.follow_booking", booking.pk)
        enqueue("bookings.tasks.offer_places")
    return True
