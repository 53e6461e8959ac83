"""The admin of bookings and of the rule book."""

from django.contrib import admin

from bookings.admin.booking import BookingAdmin
from bookings.admin.rulebook import RuleBookAdmin
from bookings.admin.slots import SlotExceptionAdmin
from bookings.admin.waitlist import WaitlistAdmin
from bookings.models import Booking, RuleBook, SlotException, WaitlistEntry

__all__ = ["BookingAdmin", "RuleBookAdmin", "SlotExceptionAdmin", "WaitlistAdmin"]

admin.site.register(Booking, BookingAdmin)
admin.site.register(RuleBook, RuleBookAdmin)
admin.site.register(SlotException, SlotExceptionAdmin)
admin.site.register(WaitlistEntry, WaitlistAdmin)
