"""What Stripe tells out of order, or not at all, against the sandbox over HTTP."""

from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.errors import AlreadyPaid
from payments.models import Dispute, Payment, Refund
from payments.queries.ledger import refundable
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.start import Started, start_payment
from payments.tests import stripe_world as stripe
from payments.tests.factories import PaymentFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

GOOD_ACCOUNT = "AT611904300234573201"
BAD_ACCOUNT = "AT861904300235473202"


def checkout(booking: Booking) -> Started:
    """Open Stripe's page for the deposit."""
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=Payment.Surface.CHECKOUT)
    return start_payment(asked, now=timezone.now())


def pay_page(started: Started, method: str = "pm_card_visa") -> stripe.Json:
    """Pay on Stripe's page, and return its session."""
    page = f"payment_pages/{started.stripe_object['id']}/confirm"
    return stripe.call("POST", page, payment_method=method)


def debited(iban: str) -> Started:
    """Return a deposit that was paid on Stripe's page from a bank account, which takes days."""
    payment = PaymentFactory()
    wanted = {
        "mode": "payment",
        "success_url": "https://example.com",
        "payment_method_types[0]": "sepa_debit",
        "metadata[payment_id]": payment.pk,
        "payment_intent_data[metadata][payment_id]": payment.pk,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": payment.amount,
        "line_items[0][price_data][product_data][name]": "Deposit",
        "line_items[0][quantity]": 1,
    }
    session = stripe.call("POST", "checkout/sessions", **wanted)
    payment.stripe_checkout_session_id = session["id"]
    payment.save()
    started = Started(payment=payment, stripe_object=session)
    pay_page(started, bank_account(iban))
    return started


def bank_account(iban: str) -> str:
    """Return a bank account whose debits take days."""
    details: dict[str, Any] = {"type": "sepa_debit", "sepa_debit[iban]": iban}
    owner = {"billing_details[name]": "Ann", "billing_details[email]": "ann@example.com"}
    return str(stripe.call("POST", "payment_methods", **details, **owner)["id"])


def reloaded(payment: Payment) -> Payment:
    payment.refresh_from_db()
    return payment


def test_a_dashboard_refund_heard_of_before_its_checkout_payment_is_not_lost():
    payment = checkout(BookingFactory()).payment
    pay_page(checkout(payment.booking))
    [succeeded] = stripe.events("payment_intent.succeeded")
    intent = succeeded["data"]["object"]["id"]
    stripe.call("POST", "refunds", payment_intent=intent, amount=1500)

    stripe.deliver(*stripe.events()[::-1])
    refresh_payment(payment_id=payment.pk, now=timezone.now())

    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320), ("refund", -1500)]
    assert (Refund.objects.get().status, refundable(payment)) == ("succeeded", 8500)
    assert Booking.objects.get().paid == 8500


def test_a_dispute_heard_of_before_its_checkout_payment_is_not_lost(sandbox):
    payment = checkout(BookingFactory()).payment
    pay_page(checkout(payment.booking), "pm_card_createDispute")
    sandbox.control("POST", "jobs", {})

    stripe.deliver(*stripe.events()[::-1])
    refresh_payment(payment_id=payment.pk, now=timezone.now())

    assert Dispute.objects.get().status == "needs_response"
    assert ("dispute_withdrawn", -10000) in stripe.ledger_of(payment)
    assert (refundable(payment), Booking.objects.get().paid) == (0, 0)


def test_a_bank_debit_that_fails_after_checkout_can_be_paid_in_another_way(sandbox):
    started = debited(BAD_ACCOUNT)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    assert reloaded(started.payment).status == "failed"

    again = checkout(started.payment.booking)

    assert reloaded(started.payment).status == "canceled"
    assert again.payment != started.payment
    assert again.stripe_object["status"] == "open"


def test_a_bank_debit_under_way_is_not_asked_for_twice():
    started = debited(GOOD_ACCOUNT)

    with pytest.raises(AlreadyPaid):
        checkout(started.payment.booking)

    assert reloaded(started.payment).status == "processing"


def test_money_taken_on_stripes_page_is_booked_when_the_next_payment_is_asked_for():
    started = checkout(BookingFactory())
    pay_page(started)

    with pytest.raises(AlreadyPaid):
        checkout(started.payment.booking)

    assert ("charge", 10000) in stripe.ledger_of(started.payment)


def test_asking_stripe_finds_a_debit_that_failed_though_its_event_was_lost(sandbox):
    started = debited(BAD_ACCOUNT)
    completed, processing = stripe.events("checkout.session.completed", "payment_intent.processing")
    processing["created"] += 5
    stripe.deliver(completed, processing)
    assert reloaded(started.payment).status == "processing"
    sandbox.control("POST", "jobs", {})

    refresh_payment(payment_id=started.payment.pk, now=timezone.now())

    assert reloaded(started.payment).status == "failed"


def test_a_deposit_whose_refund_is_heard_of_first_confirms_the_booking():
    payment = checkout(BookingFactory()).payment
    pay_page(checkout(payment.booking))
    [succeeded] = stripe.events("payment_intent.succeeded")
    stripe.call("POST", "refunds", payment_intent=succeeded["data"]["object"]["id"])

    [completed] = stripe.events("checkout.session.completed")
    stripe.deliver(completed, *stripe.events("refund.created"), succeeded)

    booking = Booking.objects.get()
    assert (booking.status, booking.paid) == ("confirmed", 0)
