"""The pages that note how a party ended: a question that says what it means for the money."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from bookings.admin.booking_page import back_to, page
from bookings.admin.tools import Group, Tool, tool
from bookings.models import NEXT, Booking, Status
from bookings.services import mark_completed, mark_no_show
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents

PERMISSION = "bookings.change_booking"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """One way for a party to end.

    Attributes:
        NAME: of its page's URL, as the other pages' modules have it.
        consequences: what it means for the money, a sentence each.
    """

    NAME: str
    path: str
    button: str
    group: Group
    status: Status
    mark: Callable[..., Booking]
    question: str
    consequences: Callable[[Booking], Iterator[str]]

    def view(self, request: HttpRequest, booking_id: UUID) -> HttpResponse:
        """Ask; on a yes, note it."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
        if request.method == "POST":
            return self._do(request, booking)
        if not can_end(booking, self.status, now=timezone.now()):
            state = booking.get_status_display().lower()
            messages.error(request, f"The party is {state}, or has not begun yet.")
            return back_to(booking)
        return page(
            request,
            booking,
            "finish",
            title=self.button.removesuffix("…"),
            question=self.question,
            explained=[*self.consequences(booking), "This can't be taken back."],
            is_bad=self.group == Group.BACK,
        )

    def _do(self, request: HttpRequest, booking: Booking) -> HttpResponse:
        try:
            actor = cast(User, request.user)
            done = self.mark(booking_id=booking.pk, actor=actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            state = done.get_status_display().lower()
            messages.success(request, f"Booking {done.reference} is marked as {state}.")
        return back_to(booking)


def can_end(booking: Booking, status: Status, *, now: dt.datetime) -> bool:
    """Return whether a party has begun, and may end like this."""
    return status in NEXT[booking.status] and booking.starts_at <= now


def _of_done(booking: Booking) -> Iterator[str]:
    if booking.balance:
        owed = format_cents(booking.balance, booking.currency)
        yield f"{owed} is still owed. It can be paid, recorded and invoiced as before."
    else:
        yield "Everything is paid: nothing more is asked for."


def _of_no_show(booking: Booking) -> Iterator[str]:
    paid = format_cents(booking.paid, booking.currency)
    yield f"What was paid, {paid}, stays with us; nothing goes back by itself."
    if booking.balance:
        owed = format_cents(booking.balance, booking.currency)
        yield (
            f"The rest, {owed}, is not asked for any more: an open payment page or invoice is "
            "closed."
        )


ENDINGS = (
    Ending(
        NAME="bookings_booking_done",
        path="done",
        button="Mark done…",
        group=Group.PARTY,
        status=Status.COMPLETED,
        mark=mark_completed,
        question="Did the party take place?",
        consequences=_of_done,
    ),
    Ending(
        NAME="bookings_booking_no_show",
        path="no-show",
        button="Mark no-show…",
        group=Group.BACK,
        status=Status.NO_SHOW,
        mark=mark_no_show,
        question="Was nobody there?",
        consequences=_of_no_show,
    ),
)


def urls() -> list[URLPattern]:
    """Return the pages' addresses, for the booking's admin."""
    site = admin.site
    return [
        path(f"<uuid:booking_id>/{each.path}/", site.admin_view(each.view), name=each.NAME)
        for each in ENDINGS
    ]


def tools(booking: Booking, request: HttpRequest) -> list[Tool]:
    """Return the buttons for the ways this party may have ended, for who may say so."""
    if not request.user.has_perm(PERMISSION):
        return []
    now = timezone.now()
    return [
        tool(each.button, each, booking, each.group)
        for each in ENDINGS
        if can_end(booking, each.status, now=now)
    ]
