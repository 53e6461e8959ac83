"""What the pages about one booking have in common."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bookings.models import Booking


def page(
    request: HttpRequest, booking: Booking, template: str, *, title: str, **context: Any
) -> HttpResponse:
    """Render a page about a booking: `template` is its name, without its folder."""
    everything = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Booking._meta,
        "booking": booking,
        **context,
    }
    return render(request, f"admin/bookings/booking/{template}.html", everything)


def back_to(booking: Booking) -> HttpResponse:
    """Return to the booking's own page."""
    return redirect("admin:bookings_booking_change", booking.pk)
