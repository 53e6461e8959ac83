"""The page that moves a booking: open slots, a question with the fee, and the API's own call."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, time_format

from bookings import slots
from bookings.admin.booking_page import back_to, page
from bookings.admin.reschedule_form import MoveForm, empty_form
from bookings.errors import FeeChanged
from bookings.models import Booking
from bookings.queries.availability import OpenSlot, open_slots
from bookings.queries.rules import current_rules
from bookings.services import MoveOutcome, preview_move, reschedule_booking
from bookings.services.reschedule import MOVABLE, fee_of_next_move
from customers.models import User
from myhibachi.core.errors import DomainError

PERMISSION = "bookings.reschedule_booking"
NAME = "bookings_booking_reschedule"
FORTNIGHT = dt.timedelta(days=14)


def urls() -> list[URLPattern]:
    """Return the page's address, for the booking's admin."""
    return [path("<uuid:booking_id>/reschedule/", admin.site.admin_view(view), name=NAME)]


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may move this booking."""
    is_movable = booking.status in MOVABLE and booking.starts_at > timezone.now()
    return is_movable and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show open slots; ask whether the chosen one and its fee are meant; move."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    if request.method != "POST":
        return _form(request, booking, empty_form())
    form = MoveForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _form(request, booking, form)
    try:
        if "confirmed" in request.POST and form.cleaned_data["expected_fee"] is not None:
            return _move(request, booking, form)
        return _question(request, booking, form)
    except FeeChanged as error:
        messages.warning(request, f"{error.detail} Please look again.")
        return _question(request, booking, form)
    except DomainError as error:
        form.add_error(error.attr if error.attr in form.fields else "slot", error.detail)
        return _form(request, booking, form)


def _move(request: HttpRequest, booking: Booking, form: MoveForm) -> HttpResponse:
    outcome = reschedule_booking(
        booking_id=booking.pk,
        move=form.move(),
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    messages.success(request, f"Booking {booking.reference} is now on {_when(outcome)}.")
    return back_to(booking)


def _question(request: HttpRequest, booking: Booking, form: MoveForm) -> HttpResponse:
    outcome = preview_move(
        booking_id=booking.pk,
        move=replace(form.move(), expected_fee=None),
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    context = {
        "form": MoveForm({**request.POST.dict(), "expected_fee": outcome.fee}),
        "outcome": outcome,
        "asks": True,
        "question": f"Move booking {booking.reference} to {_when(outcome)}?",
        "explained": [
            "The old place is given up and the customer is told by e-mail. Nothing is charged or "
            "refunded by this; what is left to pay follows the bill.",
            *([f"Reason: “{form.cleaned_data['reason']}”"] if form.cleaned_data["reason"] else []),
        ],
        "yes": "Move the booking",
    }
    return page(request, booking, "reschedule", title="Reschedule", **context)


def _form(request: HttpRequest, booking: Booking, form: MoveForm) -> HttpResponse:
    now = timezone.now()
    rules = current_rules(now)
    today, last = slots.local_date(now), slots.last_date(rules, now)
    asked = _date(request.GET.get("from", "")) or booking.date - dt.timedelta(days=3)
    first = max(min(asked, last), today)
    found = open_slots(rules, first=first, last=first + FORTNIGHT - dt.timedelta(days=1), now=now)
    context = {
        "form": form,
        "fee": fee_of_next_move(booking, now=now),
        "may_waive": request.user.has_perm("bookings.waive_fee"),
        "first": first,
        "earlier": max(first - FORTNIGHT, today) if first > today else None,
        "later": first + FORTNIGHT if first + FORTNIGHT <= last else None,
        "days": _by_day(each for each in found if each.starts_at != booking.starts_at),
    }
    return page(request, booking, "reschedule", title="Reschedule", **context)


def _by_day(found: Iterable[OpenSlot]) -> list[tuple[dt.date, list[tuple[str, dt.time]]]]:
    """Return each day with its radio buttons' values and times."""
    return [
        (date, [(f"{each.date} {each.time:%H:%M}", each.time) for each in of_day])
        for date, of_day in groupby(found, key=lambda each: each.date)
    ]


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as February 30
        return None


def _when(outcome: MoveOutcome) -> str:
    day = date_format(outcome.date, "l, F j, Y")
    return f"{day} at {time_format(outcome.time, 'g:i A')}"
