"""What earlier moves of a booking still count for."""

from bookings.models import Booking
from bookings.policy import STRICTNESS, Rule
from myhibachi.core.models import AuditEntry

MOVED = "booking.rescheduled"


def strictest_move(booking: Booking) -> Rule | None:
    """Return the strictest rule of the cancellation policy that the booking was moved under.

    None where it was never moved but in good time.
    """
    moves = AuditEntry.objects.filter(
        object_type=booking._meta.label_lower,
        object_id=str(booking.pk),
        action=MOVED,
        changes__has_key="moved_in",
    )
    rules = [Rule(entry.changes["moved_in"]) for entry in moves]
    return max(rules, key=STRICTNESS.index, default=None)
