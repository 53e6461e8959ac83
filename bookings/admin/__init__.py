"""The admin of bookings and of the rule book."""

from django.contrib import admin

from bookings.admin.booking import BookingAdmin
from bookings.admin.email import EmailAdmin
from bookings.admin.quote import QuoteAdmin
from bookings.admin.rulebook import RuleBookAdmin
from bookings.admin.slots import SlotExceptionAdmin
from bookings.admin.waitlist import WaitlistAdmin
from bookings.models import Booking, Email, Quote, RuleBook, SlotException, WaitlistEntry

__all__ = [
    "BookingAdmin",
    "EmailAdmin",
    "QuoteAdmin",
    "RuleBookAdmin",
    "SlotExceptionAdmin",
    "WaitlistAdmin",
]

admin.site.register(Booking, BookingAdmin)
admin.site.register(Email, EmailAdmin)
admin.site.register(Quote, QuoteAdmin)
admin.site.register(RuleBook, RuleBookAdmin)
admin.site.register(SlotException, SlotExceptionAdmin)
admin.site.register(WaitlistEntry, WaitlistAdmin)
