"""The page where staff decide about money that came too late."""

import datetime as dt
from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format

from bookings.models import NEXT, Booking, Status
from bookings.queries.availability import nearest_open_slots
from bookings.queries.occupancy import occupancy
from bookings.queries.rules import current_rules
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import back_to, page, refused, say_refunds
from payments.admin.late_money_form import KEEP, REFUND, LateMoneyForm, empty_form, slot_value
from payments.queries.returnable import Share, split
from payments.services.late_money import keep_late_money, refund_late_money, reseat_booking

NAME = "bookings_booking_late_money"
OPEN_SLOTS = 6
YES = {REFUND: "Refund all of it", KEEP: "Keep it"}


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether money waits for a decision that this person may look at."""
    return booking.late_money and request.user.has_perm("payments.view_payment")


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the choices; ask whether the chosen one is meant; do it."""
    if not request.user.has_perm("payments.view_payment"):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    if not booking.late_money:
        messages.error(request, "This money has been dealt with already.")
        return back_to(booking)
    shares = tuple(share for share in split(booking.pk) if share.left)
    total = sum(share.left for share in shares)
    choices = list(_choices(request, booking, total))
    if request.method != "POST":
        return _page(request, booking, empty_form(choices=choices, total=total), shares)
    form = LateMoneyForm(request.POST, choices=choices)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, booking, form, shares)
    if "confirmed" not in request.POST:
        return _page(request, booking, form, shares, asks=True)
    try:
        return _do(request, booking, form)
    except DomainError as error:
        return _page(request, booking, refused(form, error), shares)


def _choices(request: HttpRequest, booking: Booking, total: int) -> Iterator[tuple[str, str]]:
    if not total:
        return
    can_be_seated = Status.CONFIRMED in NEXT[booking.status]
    if can_be_seated and request.user.has_perm("bookings.reschedule_booking"):
        yield from _slots(booking, now=timezone.now())
    if request.user.has_perm("payments.refund_payment"):
        yield REFUND, f"Refund all of it: {format_cents(total, booking.currency)}"
    if request.user.has_perm("bookings.waive_fee"):
        yield KEEP, "Keep it, and leave the booking as it is"


def _slots(booking: Booking, *, now: dt.datetime) -> Iterator[tuple[str, str]]:
    rules = current_rules(now)
    own = (booking.date, booking.time)
    places = occupancy(rules, first=booking.date, last=booking.date)
    if booking.starts_at > now and places.free(*own) > 0:
        yield slot_value(*own), f"Give it its own place again: {_said(*own)}"
    near = nearest_open_slots(rules, date=own[0], time=own[1], now=now, count=OPEN_SLOTS)
    for slot in near:
        if (slot.date, slot.time) != own:
            yield slot_value(slot.date, slot.time), f"Move it to {_said(slot.date, slot.time)}"


def _said(date: dt.date, time: dt.time) -> str:
    return date_format(dt.datetime.combine(date, time), "D, M j, Y, g:i A")


def _do(request: HttpRequest, booking: Booking, form: LateMoneyForm) -> HttpResponse:
    actor, now, data = cast(User, request.user), timezone.now(), form.cleaned_data
    slot = form.slot()
    if slot:
        date, time = slot
        done = reseat_booking(booking_id=booking.pk, date=date, time=time, actor=actor, now=now)
        messages.success(request, f"It is {done.status} for {_said(date, time)}.")
    elif data["choice"] == REFUND:
        refunds = refund_late_money(
            booking_id=booking.pk,
            expected_refund=data["expected_refund"],
            choice_id=data["choice_id"],
            reason=data["reason"],
            actor=actor,
            now=now,
        )
        say_refunds(request, refunds)
    else:
        keep_late_money(booking_id=booking.pk, reason=data["reason"], actor=actor)
        messages.success(request, "The money is kept.")
    return back_to(booking)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: LateMoneyForm,
    shares: tuple[Share, ...],
    *,
    asks: bool = False,
) -> HttpResponse:
    total = format_cents(sum(share.left for share in shares), booking.currency)
    chosen = dict(form.fields["choice"].choices)  # type: ignore[attr-defined]  # a ChoiceField's
    return page(
        request,
        booking,
        "late_money",
        title="Late money",
        form=form,
        shares=shares,
        total=total,
        asks=asks,
        question=f"{chosen[form.cleaned_data['choice']]}?" if asks else "",
        explained=_explained(form) if asks else (),
        yes=YES.get(form.cleaned_data["choice"], "Give it the place") if asks else "",
    )


def _explained(form: LateMoneyForm) -> list[str]:
    told = "The customer is told by e-mail."
    effects = {
        REFUND: f"What goes back to a card leaves at once and can't be called back. {told}",
        KEEP: "Nobody is asked about it again, and the customer is not told.",
    }
    reason = form.cleaned_data["reason"]
    lines = [effects.get(form.cleaned_data["choice"], f"What was paid counts for it. {told}")]
    return [*lines, f"Reason: “{reason}”"] if reason else lines
