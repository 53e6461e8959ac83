"""Where a customer lands after Stripe's page.

The session's id in the address is all that these pages ask for, so they show no more than what
whoever paid knows: no name, no place.
"""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.models import Status
from payments.models import Payment

SESSION_ID = re.compile(r"cs_\w{1,200}", re.ASCII)
# Seconds until the page looks again, each time it has looked in vain: two minutes in all.
WAITS = (2, 2, 3, 3, 5, 5, 10, 15, 30, 45)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How the page goes on waiting: after `seconds`, as try number `next_try`."""

    seconds: int | None
    next_try: int


@never_cache
@require_safe
def success(request: HttpRequest) -> HttpResponse:
    """Say how the payment of a Checkout Session stands."""
    payment = _payment(request.GET.get("session_id", ""))
    state = _state(payment)
    waiting = _waiting(request.GET.get("try", "")) if state == "waiting" else None
    context = {
        "payment": payment,
        "booking": payment.booking,
        "session_id": payment.stripe_checkout_session_id,
        "waiting": waiting,
        "is_new": _makes_booking(payment),
    }
    return render(request, f"pay/{state}.html", context)


@require_safe
def canceled(request: HttpRequest) -> HttpResponse:
    """Say that nothing was charged, to somebody who came back from Stripe's page."""
    return render(request, "pay/canceled.html")


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Greet somebody who comes back from Stripe's customer portal."""
    return render(request, "pay/portal.html")


def _payment(session_id: str) -> Payment:
    known = Payment.objects.select_related("booking")
    if SESSION_ID.fullmatch(session_id):
        payment = known.filter(stripe_checkout_session_id=session_id).first()
        if payment:
            return payment
    raise Http404


def _state(payment: Payment) -> str:
    """Return the page for how the payment stands."""
    if payment.status in (Payment.Status.FAILED, Payment.Status.CANCELED):
        return "failed"
    if payment.status != Payment.Status.SUCCEEDED:
        return "waiting"
    # Money came too late for the slot: staff decide with the customer what becomes of it.
    return "late" if payment.booking.late_money else "confirmed"


def _makes_booking(payment: Payment) -> bool:
    """Return whether this payment is what confirmed the booking."""
    first = payment.payment_type in (Payment.Purpose.DEPOSIT, Payment.Purpose.FULL)
    return first and payment.booking.status == Status.CONFIRMED


def _waiting(tried: str) -> Waiting:
    number = min(int(tried), len(WAITS)) if tried.isdecimal() and len(tried) < 4 else 0
    seconds = WAITS[number] if number < len(WAITS) else None
    return Waiting(seconds=seconds, next_try=number + 1)
