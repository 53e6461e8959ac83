"""The page that records money which came in without Stripe."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format

from bookings.models import Booking
from bookings.services.payable import PAYABLE
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import back_to, page, refused
from payments.admin.record_payment_form import RecordPaymentForm, empty_form
from payments.models import Payment
from payments.services.manual import Received, record_manual_payment

NAME = "bookings_booking_record_payment"
PERMISSION = "payments.record_manual_payment"


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may record payments. Money may come whatever the booking is."""
    return request.user.has_perm(PERMISSION)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the form; ask whether what was typed is meant; record it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    if request.method != "POST":
        return _page(request, booking, empty_form(booking))
    form = RecordPaymentForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, booking, form)
    try:
        if "confirmed" in request.POST:
            return _record(request, booking, form)
        _received(form).check(now=timezone.now())
    except DomainError as error:
        return _page(request, booking, refused(form, error))
    if not form.is_tip and form.cents() > booking.balance:
        owed = format_cents(booking.balance, booking.currency)
        form.add_error("amount", f"This booking owes {owed}. Record the rest as a gratuity.")
        return _page(request, booking, form)
    return _page(request, booking, form, asks=True)


def _received(form: RecordPaymentForm) -> Received:
    data = form.cleaned_data
    return Received(
        method=data["method"],
        amount=form.cents(),
        payment_type=data["payment_type"] or None,
        received_at=data["received_at"],
        reference=data["reference"],
        note=data["note"],
    )


def _record(request: HttpRequest, booking: Booking, form: RecordPaymentForm) -> HttpResponse:
    received = _received(form)
    payment = record_manual_payment(
        booking_id=booking.pk,
        method=received.method,
        amount=received.amount,
        payment_type=received.payment_type,
        received_at=received.received_at,
        reference=received.reference,
        note=received.note,
        payment_id=form.cleaned_data["payment_id"],
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    amount = format_cents(payment.amount, payment.currency)
    kind, method = payment.get_payment_type_display().lower(), payment.get_method_display()
    messages.success(request, f"{amount} by {method} recorded as {kind}.")
    return back_to(booking)


def _page(
    request: HttpRequest, booking: Booking, form: RecordPaymentForm, *, asks: bool = False
) -> HttpResponse:
    said = ""
    if asks:
        method = Payment.Method(form.cleaned_data["method"]).label
        said = f"{format_cents(form.cents(), booking.currency)} by {method}"
    return page(
        request,
        booking,
        "record_payment",
        title="Record payment",
        form=form,
        asks=asks,
        question=f"Was {said} received for booking {booking.reference}?",
        explained=list(_explained(booking, form)) if asks else (),
        yes=f"Record {said}",
    )


def _explained(booking: Booking, form: RecordPaymentForm) -> Iterator[str]:
    data = form.cleaned_data
    when = date_format(timezone.localtime(data["received_at"]), "l, F j, Y, g:i A")
    yield f"Received on {when}. It is in the books at once; a mistake is mended by a refund."
    if booking.status not in PAYABLE:
        state = booking.get_status_display().lower()
        yield f"This booking is {state}: the money is kept, and staff decide what becomes of it."
    elif not form.is_tip:
        yield "A card payment that is still open for this booking is closed first."
    for name in ("reference", "note"):
        if data[name]:
            yield f"{name.capitalize()}: “{data[name]}”"
