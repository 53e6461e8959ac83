"""A payment from its attempt to the ledger, against the sandbox over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Status
from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import UserFactory
from payments.errors import AlreadyPaid, AmountMismatch
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.start import Started, start_payment
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

ELEMENTS = Payment.Surface.ELEMENTS
CHECKOUT = Payment.Surface.CHECKOUT


def start(booking: Booking, surface: Payment.Surface = ELEMENTS, **wanted) -> Started:
    """Start to pay, as the booking's own customer."""
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=surface, **wanted)
    return start_payment(asked, now=timezone.now())


def test_a_paid_deposit_stands_in_the_ledger_with_its_fee_and_confirms_the_booking():
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment))

    stripe.deliver()
    refresh_payment(payment_id=payment.pk, now=timezone.now())

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert (payment.status, payment.payment_type, payment.amount) == ("succeeded", "deposit", 10000)
    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320)]
    assert (booking.status, booking.paid) == (Status.CONFIRMED, 10000)
    assert stripe.inbox_states() == {"processed"}


def payment_of(payment: Payment) -> Payment:
    payment.refresh_from_db()
    return payment


def test_events_in_any_order_and_number_end_in_the_same_ledger():
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment))

    backwards = stripe.events()[::-1]
    stripe.deliver(*backwards, *backwards, *backwards)

    booking.refresh_from_db()
    assert ("charge", 10000) in stripe.ledger_of(payment)
    assert len(stripe.ledger_of(payment)) == 1
    assert (booking.status, booking.paid) == (Status.CONFIRMED, 10000)
    assert stripe.inbox_states() == {"processed"}


def test_an_answer_before_any_webhook_books_the_money_and_the_webhooks_add_nothing():
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment))

    refresh_payment(payment_id=payment.pk, now=timezone.now())
    stripe.deliver()

    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320)]


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_declined_card_fails_the_attempt_which_another_card_then_pays(card: str, code: str):
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment), card)
    stripe.deliver()
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == ("failed", code)
    assert stripe.ledger_of(payment) == []

    again = start(booking).payment
    assert again == payment
    stripe.confirm(payment)
    stripe.deliver()

    assert (payment_of(payment).status, payment.failure_code) == ("succeeded", "")


def test_asking_twice_gives_the_same_attempt_and_the_same_session():
    booking = BookingFactory()

    first, second = start(booking, CHECKOUT), start(booking, CHECKOUT)

    assert first.payment == second.payment
    assert first.stripe_object["id"] == second.stripe_object["id"]
    assert first.stripe_object["amount_total"] == 10000


def test_two_at_once_make_one_attempt_one_session_and_one_stripe_customer():
    booking = BookingFactory()

    def ask(_: int) -> str:
        try:
            return str(start(booking, CHECKOUT).stripe_object["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        sessions = set(pool.map(ask, range(8)))

    assert len(sessions) == 1
    assert Payment.objects.count() == 1
    customers = stripe.call("GET", "customers")["data"]
    assert [found["id"] for found in customers] == [Customer.objects.get().stripe_customer_id]


def test_another_surface_closes_the_first_attempt_so_that_only_one_can_be_paid():
    booking = BookingFactory()
    session = start(booking, CHECKOUT)

    intent = start(booking, ELEMENTS)

    assert payment_of(session.payment).status == "canceled"
    expired = stripe.call("GET", f"checkout/sessions/{session.stripe_object['id']}")
    assert expired["status"] == "expired"
    assert payment_of(intent.payment).status == "pending"


def test_a_payment_that_stripe_has_taken_already_is_not_taken_again():
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment))

    with pytest.raises(AlreadyPaid):
        start(booking)

    assert stripe.ledger_of(payment) == [("charge", 10000)]


def test_paid_on_one_surface_while_the_other_is_asked_for_charges_once():
    booking = BookingFactory()
    payment = start(booking).payment
    stripe.confirm(payment_of(payment))

    balance = start(booking, CHECKOUT)

    assert stripe.ledger_of(payment) == [("charge", 10000)]
    assert (balance.payment.payment_type, balance.payment.amount) == ("balance", 45000)


def test_an_amount_the_server_does_not_know_is_refused_with_the_right_one():
    booking = BookingFactory()

    with pytest.raises(AmountMismatch) as refused:
        start(booking, amount=9999)

    assert refused.value.extra["expected_amount"] == 10000
    assert not Payment.objects.exists()


def test_a_tip_goes_beside_the_balance_and_never_counts_towards_it():
    booking = BookingFactory(status=Status.CONFIRMED)
    tip = start(booking, payment_type="gratuity", amount=5000).payment
    stripe.confirm(payment_of(tip))
    stripe.deliver()

    booking.refresh_from_db()
    assert ("charge", 5000) in stripe.ledger_of(tip)
    assert booking.paid == 0


def test_an_attempt_whose_answer_was_lost_is_finished_with_the_same_key(sandbox):
    booking = BookingFactory()
    fault = {"kind": "reset_after", "path": "/v1/payment_intents", "method": "POST", "times": 1}
    sandbox.control("POST", "faults", {"api": [fault]})

    payment = start(booking).payment

    assert payment_of(payment).stripe_payment_intent_id
    assert len(stripe.call("GET", "payment_intents")["data"]) == 1
