"""The pages around a booking's own: their addresses, and the buttons that lead to them."""

from django.http import HttpRequest
from django.urls import URLPattern

from bookings.admin import calendar, final_count, finish, lower_bill, prep, reschedule, send_link
from bookings.admin.tools import Group, Tool, tool
from bookings.models import Booking


def urls() -> list[URLPattern]:
    """Return their addresses, for the booking's admin."""
    pages = (calendar, prep, reschedule, final_count, finish, send_link, lower_bill)
    return [pattern for each in pages for pattern in each.urls()]


def tools(booking: Booking, request: HttpRequest) -> list[Tool]:
    """Return the buttons that this person has on this booking's page."""
    found = []
    if booking.holds_slot:
        found.append(Tool(name="Prep sheet", url=prep.address_of(booking), group=Group.PAPER))
    if send_link.is_offered(booking, request):
        found.append(tool("Send link…", send_link, booking, Group.MONEY))
    if send_link.can_pay(booking, request):
        page = send_link.address(booking)
        found.append(Tool(name="Open pay page", url=page, group=Group.MONEY))
    if reschedule.is_offered(booking, request):
        found.append(tool("Reschedule…", reschedule, booking, Group.PARTY))
    if final_count.is_offered(booking, request):
        found.append(tool("Guests are final…", final_count, booking, Group.PARTY))
    found += finish.tools(booking, request)
    if lower_bill.is_offered(booking, request):
        found.append(tool(lower_bill.BUTTON, lower_bill, booking, Group.BACK))
    return found
