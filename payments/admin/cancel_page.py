"""The page that cancels a booking: what goes back and why, a question, and the API's own call."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.timesince import timeuntil

from bookings.models import NEXT, Booking, Status
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import back_to, page, refused, say_refunds
from payments.admin.cancel_form import CancelForm, empty_form
from payments.services.cancel_terms import Outcome, Terms
from payments.services.cancellation import cancel_booking, preview_cancellation

PERMISSION = "bookings.cancel_booking"
NAME = "bookings_booking_cancel"


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may cancel this booking."""
    return request.user.has_perm(PERMISSION) and Status.CANCELED in NEXT[booking.status]


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show what the policy says; ask whether what was typed is meant; cancel."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    may_override = request.user.has_perm("bookings.waive_fee")
    if request.method != "POST":
        return _form(request, booking, empty_form(may_override=may_override))
    form = CancelForm(request.POST, may_override=may_override)
    if not form.is_valid() or "edit" in request.POST:
        return _form(request, booking, form)
    try:
        if "confirmed" in request.POST:
            return _cancel(request, booking, form)
        outcome = _preview(request, booking, form.terms())
    except DomainError as error:
        return _form(request, booking, refused(form, error))
    sent = {name: form.data.get(name) for name in form.fields}
    # Confirmed, it has to be the sum that is shown now.
    sure = CancelForm(sent | {"expected_refund": outcome.refund_total}, may_override=may_override)
    return _page(request, booking, sure, outcome, asks=True)


def _preview(request: HttpRequest, booking: Booking, terms: Terms) -> Outcome:
    return preview_cancellation(
        booking_id=booking.pk, terms=terms, actor=cast(User, request.user), now=timezone.now()
    )


def _cancel(request: HttpRequest, booking: Booking, form: CancelForm) -> HttpResponse:
    outcome = cancel_booking(
        booking_id=booking.pk,
        terms=form.terms(),
        cancellation_id=form.cleaned_data["cancellation_id"],
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    messages.success(request, f"Booking {booking.reference} is canceled.")
    say_refunds(request, outcome.refunds)
    return back_to(booking)


def _form(request: HttpRequest, booking: Booking, form: CancelForm) -> HttpResponse:
    try:
        outcome = _preview(request, booking, Terms())
    except DomainError as error:
        messages.error(request, error.detail)
        return back_to(booking)
    return _page(request, booking, form, outcome)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: CancelForm,
    outcome: Outcome,
    *,
    asks: bool = False,
) -> HttpResponse:
    shown = replace(
        outcome, shares=tuple(share for share in outcome.shares if share.left or share.contested)
    )
    back = format_cents(outcome.refund_total, booking.currency)
    has_begun = booking.starts_at <= timezone.now()
    return page(
        request,
        booking,
        "cancel",
        title="Cancel",
        form=form,
        outcome=shown,
        notice="the party has begun" if has_begun else f"{timeuntil(booking.starts_at)} before",
        asks=asks,
        question=f"Cancel booking {booking.reference} and refund {back}?",
        explained=_explained(form) if asks else (),
        yes=f"Cancel and refund {back}" if outcome.refund_total else "Cancel without a refund",
    )


def _explained(form: CancelForm) -> tuple[str, str]:
    return (
        "The place is given up, the customer is told by e-mail, and what goes back to a card "
        "leaves at once and can't be called back.",
        f"Reason: “{form['reason'].value()}”",
    )
