"""The prep sheets: what is cooked on a day, and for one party. To print and to take along."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.queries.prep import next_date, prep_day, prep_sheet
from bookings.slots import local_date

PERMISSION = "bookings.view_booking"
DAY = "bookings_booking_prep_day"
ONE = "bookings_booking_prep"


class DayForm(forms.Form):
    """Which day."""

    date = forms.DateField(
        label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def urls() -> list[URLPattern]:
    """Return the addresses below the bookings' own."""
    site = admin.site
    return [
        path("prep/", site.admin_view(day), name=DAY),
        path("<uuid:booking_id>/prep/", site.admin_view(one), name=ONE),
    ]


def address_of(booking: Booking) -> str:
    """Return where a party's prep sheet is."""
    return reverse(f"admin:{ONE}", args=[booking.pk])


def day(request: HttpRequest) -> HttpResponse:
    """Show the parties of `?date=`, by default today's."""
    _check(request)
    today = local_date(timezone.now())
    form = DayForm({"date": request.GET.get("date", today)})
    date = form.cleaned_data["date"] if form.is_valid() else today
    found = prep_day(date)
    one_day = dt.timedelta(days=1)
    context = {
        "title": "Prep sheet",
        "day": found,
        "form": form,
        "today": today,
        # Python's calendar ends at either side.
        "previous": date - one_day if date > dt.date.min else None,
        "next": date + one_day if date < dt.date.max else None,
        "next_party": None if found.sheets else next_date(date),
    }
    return _page(request, "day", context)


def one(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show one party, whatever its status."""
    _check(request)
    booking = get_object_or_404(Booking, pk=booking_id)
    context = {"title": f"Prep sheet {booking.reference}", "sheet": prep_sheet(booking)}
    return _page(request, "booking", context)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), "opts": Booking._meta, **context}
    return render(request, f"admin/bookings/prep/{name}.html", context)
