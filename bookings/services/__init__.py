"""What can be done to a booking: one verb, one function."""

from bookings.services.create import Consent, Contact, Words, create_booking
from bookings.services.final_count import confirm_guests
from bookings.services.finish import mark_completed, mark_no_show
from bookings.services.holds import expire_holds
from bookings.services.move_terms import Move, MoveOutcome
from bookings.services.orders import Order
from bookings.services.payable import Due, apply_paid, due, lock_booking
from bookings.services.reschedule import preview_move, reschedule_booking
from bookings.services.update import Changes, update_booking

__all__ = [
    "Changes",
    "Consent",
    "Contact",
    "Due",
    "Move",
    "MoveOutcome",
    "Order",
    "Words",
    "apply_paid",
    "confirm_guests",
    "create_booking",
    "due",
    "expire_holds",
    "lock_booking",
    "mark_completed",
    "mark_no_show",
    "preview_move",
    "reschedule_booking",
    "update_booking",
]
