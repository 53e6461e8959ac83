"""Dates, times and names as an e-mail says them. Times are the venue's, with its zone's name."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date

from bookings.models import Booking

# A stranger's address and a name such as "win at spam.example" would make us send spam.
NAME = re.compile(r"[^\W\d_](?:[\w' ,-]|\.(?!\w)){0,59}")


def moment(at: dt.datetime) -> str:
    """Return "Saturday, June 12, 2027 at 6:00 PM PDT"."""
    return format_date(timezone.localtime(at), "l, F j, Y \\a\\t g:i A T")


def day(date: dt.date) -> str:
    """Return "June 12"."""
    return format_date(date, "F j")


def clock(at: dt.datetime) -> str:
    """Return "6:00 PM PDT"."""
    return format_date(timezone.localtime(at), "g:i A T")


def greeting(name: str) -> str:
    """Return "Hi Devi Guest,", without the name if it may be something else."""
    tidy = " ".join(name.split())
    return f"Hi {tidy}," if NAME.fullmatch(tidy) else "Hello,"


def place(booking: Booking) -> str:
    """Return the location; nothing before something was paid, as with a name."""
    return booking.location if booking.paid > 0 or booking.confirmed_at else ""


def guests(party: Any) -> str:
    """Return "8", or "8 (6 adults, 2 children)"."""
    kinds = (("adults", "adult"), ("children", "child"), ("toddlers", "toddler"))
    counts = [(getattr(party, many), many, one) for many, one in kinds]
    named = [f"{count} {one if count == 1 else many}" for count, many, one in counts if count]
    is_mixed = party.children or party.toddlers
    return f"{party.guests} ({', '.join(named)})" if is_mixed else str(party.guests)


def listed(items: Iterable[dict[str, Any]]) -> str:
    """Return "2 filet mignon, 1 lobster"."""
    return ", ".join(f"{item['quantity']} {item['code'].replace('_', ' ')}" for item in items)
