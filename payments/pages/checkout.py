"""From a page of ours to Stripe's."""

from datetime import datetime

from bookings.models import Booking
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.start import start_payment


def start_checkout(booking: Booking, *, now: datetime) -> str:
    """Return the address of Stripe's page where what the booking owes next is paid.

    Whoever has the booking's link may pay for it, so nobody in particular is recorded as having
    asked. Called again, it returns the same page while that can be paid.

    Raises:
        AlreadyPaid, NothingDue, NotPayable: there is nothing to pay, or not any more.
        GatewayRejected, GatewayUnavailable: as the gateway says; nothing was charged.
    """
    wanted = Wanted(booking_id=booking.pk, user=None, surface=Payment.Surface.CHECKOUT)
    url: str = start_payment(wanted, now=now).stripe_object["url"]
    return url
