"""The admin of bookings and of the rule book."""

from django.contrib import admin

from bookings.admin.booking import BookingAdmin
from bookings.admin.rulebook import RuleBookAdmin
from bookings.models import Booking, RuleBook

__all__ = ["BookingAdmin", "RuleBookAdmin"]

admin.site.register(Booking, BookingAdmin)
admin.site.register(RuleBook, RuleBookAdmin)
