"""What has happened to a booking and its money, on the booking's own page."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from bookings.models import Booking
from payments.queries.timeline import timeline
from payments.queries.timeline_rows import Row


def history(booking: Booking) -> SafeString:
    """Everything that has happened, the oldest first."""
    found = timeline(booking, staff=True)
    context = {
        "rows": [_shown(row) for row in found.rows],
        "truncated": found.truncated,
        "currency": booking.currency,
    }
    return render_to_string("admin/bookings/booking/timeline.html", context)


def _shown(row: Row) -> dict[str, Any]:
    local = timezone.localtime(row.at)
    return {
        "iso": local.isoformat(),
        "when": date_format(local, "D, M j, Y, g:i A T"),
        "row": row,
        "page": _page_of(row),
    }


def _page_of(row: Row) -> str:
    """Return where the admin shows what a row is about; empty where that is this very page."""
    if row.object_type == Booking._meta.label_lower:
        return ""
    try:
        return reverse(f"admin:{row.object_type.replace('.', '_')}_change", args=[row.object_id])
    except NoReverseMatch:
        return ""
