"""The calendar: the parties of a month, a week or a day, slot by slot."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date

from bookings.admin.calendar_span import EARLIEST, LATEST, VIEWS, Span, span
from bookings.models import Booking
from bookings.queries.calendar import CalendarDay, CalendarSlot, calendar
from bookings.slots import local_date

PERMISSION = "bookings.view_booking"
NAME = "bookings_booking_calendar"


def urls() -> list[URLPattern]:
    """Return the page's address, for the booking's admin."""
    return [path("calendar/", admin.site.admin_view(view), name=NAME)]


def view(request: HttpRequest) -> HttpResponse:
    """Show the month, week or day (`?view=`) around `?date=`; this month where there is neither."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    now = timezone.now()
    today = local_date(now)
    wanted = request.GET.get("view", "")
    shown = span(
        wanted if wanted in VIEWS else VIEWS[0], _date(request.GET.get("date", "")) or today
    )
    days = calendar(first=shown.first, last=shown.last, now=now)
    context = {
        **admin.site.each_context(request),
        "title": "Calendar",
        "opts": Booking._meta,
        "span": shown,
        "views": VIEWS,
        "today": today,
        "now": now,
        "may_add": request.user.has_perm("bookings.add_booking"),
        "totals": _totals(shown, days),
        **_arranged(shown, days),
    }
    return render(request, f"admin/bookings/calendar/{shown.view}.html", context)


def _arranged(shown: Span, days: list[CalendarDay]) -> dict[str, Any]:
    """Return the days as each view's table has them."""
    if shown.view == "month":
        return {"weeks": [days[start : start + 7] for start in range(0, len(days), 7)]}
    if shown.view == "day":
        return {"day": days[0]}
    times = sorted({slot.time for day in days for slot in day.slots})
    return {"times": times, "days": [(day, _by_time(day, times)) for day in days]}


def _by_time(day: CalendarDay, times: list[dt.time]) -> list[tuple[dt.time, CalendarSlot | None]]:
    slots = {slot.time: slot for slot in day.slots}
    return [(time, slots.get(time)) for time in times]


def _totals(shown: Span, days: list[CalendarDay]) -> dict[str, int]:
    """Return how many parties and guests there are; of a month, without its neighbors' days."""
    own = [day for day in days if shown.view != "month" or day.date.month == shown.date.month]
    parties = [party for day in own for party in day.parties]
    return {"parties": len(parties), "guests": sum(party.guests for party in parties)}


def _date(text: str) -> dt.date | None:
    try:
        found = parse_date(text)
    except ValueError:  # such as February 30
        return None
    return found if found and EARLIEST <= found <= LATEST else None
