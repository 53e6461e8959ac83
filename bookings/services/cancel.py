import datetime as dt
from typing import Any

from bookings import policy
from bookings.errors import InvalidTransition
from bookings.models import NEXT, Booking, Status
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed, NotFound
from myhibachi.core.tasks import enqueue


def check_cancel(booking: Booking, *, actor: User, now: dt.datetime) -> None:
    """Check that this person may cancel this booking now.

    Customers cancel their own until the party begins; afterwards staff do.

    Raises:
        NotFound: it is somebody else's.
        NotAllowed: staff of a role that cancels nothing.
        InvalidTransition: its status doesn't allow it, or the party has begun.
    """
    is_staff = is_staff_role(actor)
    if not is_staff and booking.customer.user_id != actor.pk:
        raise NotFound("There is no such booking.", attr="booking_id")
    if is_staff and not actor.has_perm("bookings.cancel_booking"):
        raise NotAllowed("You may not cancel bookings.")
    if Status.CANCELED not in NEXT[booking.status]:
        state = booking.get_status_display().lower()
        raise InvalidTransition(f"This booking is {state}: it can't be canceled.")
    if not is_staff and policy.has_begun(starts_at=booking.starts_at, now=now):
        raise InvalidTransition("The party has begun: please call us.")


def cancel(
    booking: Booking, *, actor: User, reason: str, outcome: dict[str, Any], now: dt.datetime
) -> None:
    """Cancel a booking that the caller has locked and checked, and give its place up.

    Args:
        reason: the person's own words.
        outcome: what became of its money, for the audit log; JSON-ready.
    """
    was = booking.status
    booking.move_to(Status.CANCELED)
    booking.canceled_at = now
    # What is kept from here on is kept by a rule, or by somebody's choice.
    booking.late_money = False
    booking.save(update_fields=["status", "seat", "canceled_at", "late_money", "updated_at"])
    audit.record(
        "booking.canceled",
        booking,
        actor=actor,
        note=reason,
        status=[was, booking.status],
        **outcome,
    )
    enqueue("payments.tasks.follow_booking", booking.pk)
    enqueue("bookings.tasks.offer_places")
