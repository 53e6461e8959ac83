"""The page that leads from a booking to the refund of one of its payments."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from bookings.models import Booking
from payments.admin.booking_page import page
from payments.admin.refund_page import PERMISSION
from payments.queries.returnable import Share, split

NAME = "bookings_booking_refund"


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may refund, and something is left of a payment."""
    return request.user.has_perm(PERMISSION) and bool(_shares(booking))


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the payments with something left; where that is one, go on to its own page."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    shares = _shares(booking)
    if len(shares) == 1:
        return redirect("admin:payments_payment_refund", shares[0].payment.pk)
    return page(request, booking, "refund_choice", title="Refund", shares=shares)


def _shares(booking: Booking) -> list[Share]:
    return [share for share in split(booking.pk) if share.left]
