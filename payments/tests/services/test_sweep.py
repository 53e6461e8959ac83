"""What the sweeper finishes, closes and leaves alone, against the sandbox over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.services import expire_holds
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.start import start_payment
from payments.services.sweep import BATCH, sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.factories import PaymentFactory, RefundFactory, paid_payment
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def sweep(*, after: timedelta = timedelta(minutes=2)) -> int:
    """Let the sweeper come by."""
    return sweep_stripe_calls(now=timezone.now() + after)


def test_rows_that_break_the_sweeper_stop_no_other():
    # No attempt to pay an invoice is ever ours to send.
    broken = {"surface": Payment.Surface.INVOICE, "status": Payment.Status.CANCELED}
    PaymentFactory.create_batch(BATCH, booking=BookingFactory(), awaiting_stripe=True, **broken)
    waiting = RefundFactory(payment=paid(), awaiting_stripe=True)
    unsent = PaymentFactory(surface=Payment.Surface.ELEMENTS, awaiting_stripe=True)

    sweep()
    sweep()

    waiting.refresh_from_db()
    unsent.refresh_from_db()
    assert (waiting.status, waiting.awaiting_stripe) == ("succeeded", False)
    assert (unsent.status, unsent.awaiting_stripe) == ("pending", False)


def test_a_fee_that_stripe_does_not_report_is_asked_for_ever_more_rarely():
    paid_at = timezone.now() - timedelta(hours=4)
    late = paid_payment(at=paid_at)
    Payment.objects.filter(pk=late.pk).update(
        updated_at=paid_at + timedelta(hours=3), stripe_payment_intent_id=None
    )

    asked = [sweep(after=timedelta(hours=hours)) for hours in (0, 1, 3)]

    assert asked == [0, 0, 1]


@pytest.mark.parametrize("surface", [Payment.Surface.CHECKOUT, Payment.Surface.ELEMENTS])
def test_an_attempt_is_closed_at_stripe_once_its_booking_has_expired(surface: Payment.Surface):
    booking = BookingFactory()
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=surface)
    started = start_payment(asked, now=timezone.now())
    Booking.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_holds(timezone.now()) == 1

    sweep()

    started.payment.refresh_from_db()
    assert started.payment.status == "canceled"
    where = "checkout/sessions" if surface == Payment.Surface.CHECKOUT else "payment_intents"
    closed = stripe.call("GET", f"{where}/{started.stripe_object['id']}")
    assert closed["status"] in ("expired", "canceled")
