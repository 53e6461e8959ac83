"""A booking as the bearer of its link sees it: what it costs, how it stands, and what to pay now.

Links are forwarded, so the page shows no name, no address and no contact.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.errors import NothingDue, NotPayable
from bookings.links import signed_id
from bookings.models import Booking
from bookings.places import area
from bookings.queries.rules import tax_mode
from bookings.services.payable import Due, due
from myhibachi.core.errors import DomainError
from payments.errors import AlreadyPaid
from payments.models import Payment
from payments.pages.checkout import start_checkout
from payments.pages.csp import allow_checkout
from payments.queries.open_cards import OWED


@never_cache
@allow_checkout
@require_http_methods(["GET", "HEAD", "POST"])
def booking_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the booking; on POST, lead to Stripe's page for what it owes now."""
    booking = _booking(token)
    if request.method != "POST":
        return _page(request, booking)
    # What goes wrong is told on the page itself: Django would log an error's address, and with it
    # the customer's link.
    try:
        return HttpResponseRedirect(start_checkout(booking, now=timezone.now()))
    except (AlreadyPaid, NothingDue, NotPayable):
        # Paid, expired or canceled meanwhile: the page itself says which.
        return HttpResponseRedirect(request.path)
    except DomainError:
        return HttpResponseRedirect(f"{request.path}?problem=refused")


def _booking(token: str) -> Booking:
    booking = Booking.objects.filter(pk=signed_id(Booking, token)).first()
    if booking is None:
        raise Http404
    return booking


def _page(request: HttpRequest, booking: Booking) -> HttpResponse:
    context = {
        "booking": booking,
        "area": area(booking.location, zip_code=booking.zip_code),
        "due": _due(booking),
        "tax_mode": tax_mode(booking.rules),
        "under_way": _under_way(booking),
        "problem": request.GET.get("problem"),
        "book_again_url": settings.FRONTEND_URL,
    }
    return render(request, "pay/booking.html", context)


def _due(booking: Booking) -> Due | None:
    try:
        return due(booking)
    except (NothingDue, NotPayable):
        return None


def _under_way(booking: Booking) -> Payment | None:
    """Return the payment that a bank is still working on; it must not be made twice."""
    processing = booking.payments.filter(status=Payment.Status.PROCESSING)
    return processing.filter(payment_type__in=OWED).first()
