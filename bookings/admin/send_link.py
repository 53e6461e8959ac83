"""The page with the customer's own link to a booking: to copy, to open, or to send by e-mail."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from bookings.admin.booking_page import back_to, page
from bookings.links import link
from bookings.models import Booking, Status
from bookings.services.pay_link import can_be_sent, send_pay_link
from bookings.services.payable import PAYABLE
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7

PERMISSION = "bookings.change_booking"
NAME = "bookings_booking_send_link"


class SendLinkForm(forms.Form):
    """One sending: its id is made with the form, so one form sends once."""

    send_id = forms.UUIDField(widget=forms.HiddenInput)


def urls() -> list[URLPattern]:
    """Return the page's address, for the booking's admin."""
    return [path("<uuid:booking_id>/send-link/", admin.site.admin_view(view), name=NAME)]


def address(booking: Booking) -> str:
    """Return the page where whoever has its address sees the booking and pays."""
    return link("pay-booking", booking)


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may pass the link on, and it is of use to the customer."""
    is_over = booking.status == Status.COMPLETED and not booking.balance
    return booking.status in PAYABLE and not is_over and request.user.has_perm(PERMISSION)


def can_pay(booking: Booking, request: HttpRequest) -> bool:
    """Return whether something can be paid on that page."""
    return is_offered(booking, request) and booking.balance > 0


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the address; ask whether it is to be sent; send it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    form = SendLinkForm(request.POST or None, initial={"send_id": uuid7()})
    if "confirmed" in request.POST and form.is_valid():
        return _send(request, booking, form)
    asks = "send" in request.POST and form.is_valid() and can_be_sent(booking)
    return page(
        request,
        booking,
        "send_link",
        title="Send link",
        form=form,
        address=address(booking),
        can_be_sent=can_be_sent(booking),
        asks=asks,
    )


def _send(request: HttpRequest, booking: Booking, form: SendLinkForm) -> HttpResponse:
    try:
        send_pay_link(
            booking_id=booking.pk,
            send_id=form.cleaned_data["send_id"],
            actor=cast(User, request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"The link goes to {booking.contact_email} by e-mail.")
    return back_to(booking)
