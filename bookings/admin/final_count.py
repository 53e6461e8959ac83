"""The page that notes a party's number of guests as final, once somebody has asked the customer."""

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
from bookings.models import Booking, Status
from bookings.services import confirm_guests
from customers.models import User
from myhibachi.core.errors import DomainError

PERMISSION = "bookings.change_booking"
NAME = "bookings_booking_final_count"


class SeenForm(forms.Form):
    """The number of guests that the person sees."""

    guests = forms.IntegerField(widget=forms.HiddenInput)


def urls() -> list[URLPattern]:
    """Return the page's address, for the booking's admin."""
    return [path("<uuid:booking_id>/final-count/", admin.site.admin_view(view), name=NAME)]


def are_final(guests: int) -> str:
    """Return "8 guests are final"."""
    return f"{guests} guests are final" if guests != 1 else "1 guest is final"


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may note it, and there is something to note."""
    comes = booking.status == Status.CONFIRMED and booking.starts_at > timezone.now()
    return comes and not booking.guests_are_final and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Ask; on a yes, note it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    form = SeenForm(request.POST)
    if form.is_valid():
        return _note(request, booking, guests=form.cleaned_data["guests"])
    if not is_offered(booking, request):
        messages.error(request, "The guests are final already, or this party is not to come.")
        return back_to(booking)
    return page(
        request,
        booking,
        "final_count",
        title="Guests are final",
        form=SeenForm(initial={"guests": booking.guests}),
        yes=are_final(booking.guests),
    )


def _note(request: HttpRequest, booking: Booking, *, guests: int) -> HttpResponse:
    try:
        confirm_guests(
            booking_id=booking.pk,
            guests=guests,
            actor=cast(User, request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"Booking {booking.reference}: {are_final(guests)}.")
    return back_to(booking)
