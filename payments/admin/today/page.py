"""The page itself, its search box, and the steps that are done on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from bookings.admin.final_count import are_final
from bookings.queries.parties import party_days
from bookings.queries.rules import current_rules
from bookings.services import confirm_guests, mark_completed
from bookings.services.emails.outbox import send_again
from bookings.slots import local_date
from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.today.figures import month
from payments.admin.today.finding import list_for
from payments.admin.today.sections import CHANGES_BOOKINGS, shown
from payments.services.figures_export import PERMISSION as READS_FIGURES
from payments.webhooks.replay import PERMISSION as REPLAYS
from payments.webhooks.replay import replay_events

READS_BOOKINGS = "bookings.view_booking"


def view(request: HttpRequest) -> HttpResponse:
    """Show what needs a person now, today's and tomorrow's parties, and the month."""
    now = timezone.now()
    context = {**admin.site.each_context(request), "title": "Today", "today": local_date(now)}
    if request.user.has_perm(READS_BOOKINGS):
        context |= _read(request, now)
    return render(request, "admin/index.html", context)


def _read(request: HttpRequest, now: datetime) -> dict[str, Any]:
    today = local_date(now)
    return {
        "may_read": True,
        "sections": shown(request, now=now),
        "days": party_days(current_rules(now), first=today, days=2),
        "month": month(today=today, now=now, with_money=request.user.has_perm(READS_FIGURES)),
    }


def find(request: HttpRequest) -> HttpResponse:
    """Lead to the list that knows what was typed."""
    term = request.GET.get("q", "").strip()
    return redirect(f"{reverse(list_for(term))}?{urlencode({'q': term})}")


def _replay(event_id: str, _seen: str, *, actor: User, now: datetime) -> str:
    count = replay_events(event_ids=[int(event_id)], actor=actor, now=now)
    return "It is processed again in a moment." if count else "Its payload has been forgotten."


def _send_again(email_id: str, _seen: str, *, actor: User, now: datetime) -> str:
    email = send_again(email_id=UUID(email_id), actor=actor, now=now)
    return f"{email} will be sent in a moment."


def _completed(booking_id: str, _seen: str, *, actor: User, now: datetime) -> str:
    booking = mark_completed(booking_id=UUID(booking_id), actor=actor, now=now)
    return f"{booking} is marked as completed."


def _guests_final(booking_id: str, seen: str, *, actor: User, now: datetime) -> str:
    booking = confirm_guests(booking_id=UUID(booking_id), guests=int(seen), actor=actor, now=now)
    return f"{booking}: {are_final(booking.guests)}."


# What is one safe step: who may, and the call, which gets the row's id and what the person saw of
# it, and returns what to say.
STEPS: dict[str, tuple[str, Callable[..., str]]] = {
    "replay": (REPLAYS, _replay),
    "send_again": (CHANGES_BOOKINGS, _send_again),
    "completed": (CHANGES_BOOKINGS, _completed),
    "guests_final": (CHANGES_BOOKINGS, _guests_final),
}


@require_POST
def do(request: HttpRequest, what: str, row_id: str) -> HttpResponse:
    """Do one safe step about one row, and come back."""
    if what not in STEPS:
        raise Http404
    permission, step = STEPS[what]
    if not request.user.has_perm(permission):
        raise PermissionDenied
    try:
        seen = request.POST.get("seen", "")
        said = step(row_id, seen, actor=cast(User, request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.detail)
    except ValueError as error:
        raise Http404 from error
    else:
        messages.success(request, said)
    return redirect("admin:index")
