"""The page that takes something off a bill: a form, a question with the bill it makes, and done."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from bookings.admin.booking_page import back_to, page
from bookings.admin.lower_bill_form import LowerBillForm, empty_form
from bookings.errors import DiscountTooLarge, TotalBelowPaid
from bookings.models import Booking, Status
from bookings.services.goodwill import can_be_lowered, lower_bill, preview_lower_bill
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents

PERMISSION = "bookings.waive_fee"
NAME = "bookings_booking_lower_bill"
BUTTON = "Lower the bill…"
LABEL = "Goodwill discount"


def urls() -> list[URLPattern]:
    """Return the page's address, for the booking's admin."""
    return [path("<uuid:booking_id>/lower-bill/", admin.site.admin_view(view), name=NAME)]


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may lower this booking's bill."""
    return request.user.has_perm(PERMISSION) and can_be_lowered(booking)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the form; ask whether the bill that comes of it is meant; lower it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    if request.method != "POST":
        return _form(request, booking)
    form = LowerBillForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, booking, form)
    try:
        if "confirmed" in request.POST and form.cleaned_data["expected_total"] is not None:
            return _lower(request, booking, form)
        return _question(request, booking, form)
    except DomainError as error:
        is_about_amount = isinstance(error, DiscountTooLarge | TotalBelowPaid)
        form.add_error("amount" if is_about_amount else None, error.detail)
        return _page(request, booking, form)


def _form(request: HttpRequest, booking: Booking) -> HttpResponse:
    if can_be_lowered(booking):
        return _page(request, booking, empty_form())
    messages.error(request, "Nothing is owed for this booking: its bill stays as it is.")
    return back_to(booking)


def _lower(request: HttpRequest, booking: Booking, form: LowerBillForm) -> HttpResponse:
    lowered = lower_bill(
        booking_id=booking.pk,
        amount=form.cents(),
        label=LABEL,
        note=form.cleaned_data["reason"],
        expected_total=form.cleaned_data["expected_total"],
        lowering_id=form.cleaned_data["lowering_id"],
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    total = format_cents(lowered.total, lowered.currency)
    messages.success(request, f"The bill of {lowered.reference} is {total} now.")
    return back_to(booking)


def _question(request: HttpRequest, booking: Booking, form: LowerBillForm) -> HttpResponse:
    then = preview_lower_bill(
        booking_id=booking.pk, amount=form.cents(), label=LABEL, actor=cast(User, request.user)
    )
    amount = format_cents(form.cents(), booking.currency)
    return _page(
        request,
        booking,
        LowerBillForm({**request.POST.dict(), "expected_total": booking.total}),
        asks=True,
        then=then,
        question=f"Take {amount} off the bill of booking {booking.reference}?",
        explained=[*_explained(booking, then), f"Reason: “{form.cleaned_data['reason']}”"],
        yes=f"Lower the bill by {amount}",
    )


def _explained(booking: Booking, then: Booking) -> Iterator[str]:
    yield f"It stands on the bill as “{LABEL}”, and can't be taken back."
    if booking.contact_email:
        yield "The customer is told of the new total by e-mail."
    if then.balance:
        yield "A payment page open for another amount is closed; an invoice is sent anew."
    else:
        yield "Nothing is owed then: an open payment page or invoice is closed."
    if booking.status == Status.PENDING and booking.paid >= then.deposit_due:
        yield "No deposit is missing then: the booking is confirmed by this."


def _page(
    request: HttpRequest, booking: Booking, form: LowerBillForm, **context: object
) -> HttpResponse:
    title = BUTTON.removesuffix("…")
    return page(request, booking, "lower_bill", title=title, form=form, **context)
