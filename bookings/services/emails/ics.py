"""The party as a calendar's file: RFC 5545, announced and called off as RFC 5546 says.

The same UID with a higher sequence replaces what the customer's calendar has.
"""

import datetime as dt

from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.enums import STATUS

from bookings import pricing
from bookings.models import Booking
from bookings.services.emails import sender

NAME = "My Hibachi"


def event(booking: Booking, *, sequence: int, now: dt.datetime) -> str:
    """Return the file that puts the party into a calendar, or moves it there."""
    return _file(booking, method="PUBLISH", status=STATUS.CONFIRMED, sequence=sequence, now=now)


def cancellation(booking: Booking, *, sequence: int, now: dt.datetime) -> str:
    """Return the file that takes the party out of a calendar."""
    return _file(booking, method="CANCEL", status=STATUS.CANCELLED, sequence=sequence, now=now)


def method(text: str) -> str:
    """Return the method of a file, which its content type repeats."""
    return "CANCEL" if "METHOD:CANCEL" in text.splitlines() else "PUBLISH"


def _file(
    booking: Booking,
    *,
    method: str,
    status: STATUS,
    sequence: int,
    now: dt.datetime,
) -> str:
    minutes = pricing.duration_minutes(booking.rules, guests=booking.guests)
    start = booking.starts_at.astimezone(dt.UTC)
    party = Event.new(
        uid=sender.unique_id(booking.pk),
        sequence=sequence,
        stamp=now.astimezone(dt.UTC),
        status=status,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        summary=f"Hibachi party ({booking.reference})",
        location=booking.location,
        description=f"Booking {booking.reference} with {NAME}, {booking.guests} guests.",
        organizer=_organizer(),
    )
    calendar = Calendar.new(method=method, prodid=f"-//{NAME}//Bookings//EN", subcomponents=[party])
    text: str = calendar.to_ical().decode()
    return text


def _organizer() -> vCalAddress:
    organizer = vCalAddress(f"mailto:{sender.address()}")
    organizer.params["CN"] = vText(NAME)
    return organizer
