"""What the pages of bookings, quotes and the waitlist show alike."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bookings.models import Booking, Quote
from myhibachi.core.admin import money, number, small_table

# A page, unlike a list, would show the word "None".
NOTHING = mark_safe("–")


def local_time(date: dt.date, time: dt.time) -> SafeString:
    """Return a slot as people say it."""
    return format_html("{}<br>{}", date_format(date, "D, M j, Y"), clock(time))


def clock(time: dt.time) -> str:
    """Return a time of day as people say it."""
    return time_format(time, "g:i A")


def listed(items: list[dict[str, Any]]) -> str:
    """Return add-ons or proteins in a line of words."""
    words = (f"{item['quantity']} {item['code'].replace('_', ' ')}" for item in items)
    return ", ".join(words) or NOTHING


def bill_table(priced: Booking | Quote, *sums: str) -> SafeString:
    """Return the priced lines, and below them some of its amounts, such as `total`."""
    lines = [
        (
            line["label"],
            number(line["quantity"]),
            money(line["unit_amount"], priced.currency),
            money(line["amount"], priced.currency),
        )
        for line in priced.lines
    ]
    below = [
        (name.replace("_", " ").capitalize(), "", "", money(getattr(priced, name), priced.currency))
        for name in sums
    ]
    headings = ("", number("Quantity"), number("Each"), number("Amount"))
    return small_table(headings, [*lines, *below])


def booking_link(booking: Booking | None) -> SafeString:
    """Return a link to a booking's page."""
    if booking is None:
        return NOTHING
    page = reverse("admin:bookings_booking_change", args=[booking.pk])
    return format_html('<a href="{}">{}</a>', page, booking.reference)


def quote_link(booking: Booking) -> SafeString | None:
    """Return a link to the quote that a booking was made of."""
    made_of = Quote.objects.filter(booking=booking).only("reference", "version").first()
    if made_of is None:
        return None
    page = reverse("admin:bookings_quote_change", args=[made_of.pk])
    return format_html('<a href="{}">{}</a>', page, made_of)
