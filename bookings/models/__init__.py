from bookings.models.booking import Booking
from bookings.models.email import Email
from bookings.models.quote import Quote
from bookings.models.rulebook import RuleBook
from bookings.models.slot import SlotException
from bookings.models.status import HOLDS_SLOT, NEXT, OWED_FOR, Menu, Status
from bookings.models.waitlist import WaitlistEntry

__all__ = [
    "HOLDS_SLOT",
    "NEXT",
    "OWED_FOR",
    "Booking",
    "Email",
    "Menu",
    "Quote",
    "RuleBook",
    "SlotException",
    "Status",
    "WaitlistEntry",
]
