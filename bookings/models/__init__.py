from bookings.models.booking import Booking
from bookings.models.rulebook import RuleBook
from bookings.models.status import HOLDS_SLOT, NEXT, Menu, Status

__all__ = ["HOLDS_SLOT", "NEXT", "Booking", "Menu", "RuleBook", "Status"]
