"""Stripe Tax comes on top of the bill, and never counts towards it: against the sandbox."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import Booking
from bookings.pricing import Line
from bookings.services.goodwill import lower_bill
from bookings.tests.factories import BookingFactory, default_rules
from customers.models import User
from customers.tests.factories import UserFactory
from payments.models import Invoice, Payment
from payments.queries.proofs import wrong_projections
from payments.queries.returnable import left_for_party, tax_with
from payments.queries.tax import towards_bill, with_tax
from payments.services.attempts import Wanted
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.intents import refresh_payment
from payments.services.invoices import create_balance_invoice
from payments.services.refunds import refund_payment
from payments.services.start import start_payment
from payments.services.stripe_invoices import refresh_invoice
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

TRAVEL = Line(code="travel", label="Travel", quantity=25, unit_amount=200)
# The sandbox's tax in California: 8.8 percent.
FOOD, TRIP, RATE = 55000, 5000, 0.088


@pytest.fixture
def automatic(settings: Any) -> None:
    settings.ENABLE_AUTOMATIC_TAX = True


@pytest.fixture
def finance(db: None) -> User:
    return UserFactory(role="finance")


def far_away(**fields: Any) -> Booking:
    """Return a booking of 550.00 for food and 50.00 for travel."""
    booking = BookingFactory(zip_code="94539", **fields)
    booking.lines = [*booking.lines, TRAVEL.to_json()]
    booking.total += TRAVEL.amount
    booking.save()
    return booking


def checkout(booking: Booking, **wanted: Any) -> Payment:
    """Open a Checkout for what is due next, or what is wanted."""
    surface = Payment.Surface.CHECKOUT
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=surface, **wanted)
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    return payment


def pay(booking: Booking, **wanted: Any) -> Payment:
    """Pay by Checkout, and hear of it."""
    payment = checkout(booking, **wanted)
    stripe.pay_page(payment.stripe_checkout_session_id or "")
    stripe.deliver()
    payment.refresh_from_db()
    booking.refresh_from_db()
    return payment


def lines_of(payment: Payment) -> list[int]:
    path = f"checkout/sessions/{payment.stripe_checkout_session_id}/line_items"
    return [line["amount_subtotal"] for line in stripe.call("GET", path)["data"]]


@pytest.mark.usefixtures("automatic")
def test_what_checkout_adds_is_tax_and_not_paid_towards_the_booking():
    booking = far_away()

    deposit = pay(booking)
    balance = pay(booking)

    # 50 of 600 is travel: 8.33 of the deposit, 41.67 of the balance.
    assert (lines_of(deposit), lines_of(balance)) == ([9167, 833], [45833, 4167])
    assert (deposit.amount, deposit.tax) == (10000, 807)
    assert (balance.amount, balance.tax) == (50000, 4033)
    assert ("charge", 10807) in stripe.ledger_of(deposit)
    assert (booking.status, booking.paid, booking.balance) == ("confirmed", 60000, 0)
    assert wrong_projections() == []


@pytest.mark.usefixtures("automatic")
def test_what_is_left_of_a_lowered_bill_is_paid_with_tax_on_all_of_it():
    booking = BookingFactory()
    pay(booking)
    lower_bill(
        booking_id=booking.pk,
        amount=5000,
        label="Goodwill discount",
        actor=UserFactory(role="manager"),
        now=timezone.now(),
    )

    balance = pay(booking)

    assert (lines_of(balance), balance.tax) == ([40000], 3520)
    assert (booking.total, booking.paid, booking.balance) == (50000, 50000, 0)
    assert wrong_projections() == []


@pytest.mark.usefixtures("automatic")
@pytest.mark.parametrize("direction", [1, -1])
def test_the_tax_is_noted_once_in_whatever_order_it_is_told(direction: int):
    booking = far_away()
    payment = checkout(booking)
    stripe.pay_page(payment.stripe_checkout_session_id or "")
    told = stripe.events()[::direction]

    stripe.deliver(*told, *told)
    refresh_payment(payment_id=payment.pk, now=timezone.now())
    stripe.deliver()

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert (payment.tax, booking.paid) == (807, 10000)


@pytest.mark.usefixtures("automatic")
def test_an_invoice_is_taxed_where_the_party_is_and_travel_is_not(finance: User):
    booking = far_away()
    invoice = invoice_for(booking, finance)

    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/pay", payment_method="pm_card_visa")
    refresh_invoice(invoice_id=invoice.pk, now=timezone.now())
    stripe.deliver()

    at_stripe = stripe.call("GET", f"invoices/{invoice.stripe_invoice_id}")
    assert sorted(line["amount"] for line in at_stripe["lines"]["data"]) == [TRIP, FOOD]
    [payment] = booking.payments.all()
    booking.refresh_from_db()
    assert (payment.amount, payment.tax) == (60000, FOOD * RATE)
    assert (booking.paid, booking.balance) == (60000, 0)
    assert stripe.ledger_of(payment)[0] == ("charge", 60000 + FOOD * RATE)
    assert wrong_projections() == []


def invoice_for(booking: Booking, actor: User) -> Invoice:
    return create_balance_invoice(
        booking_id=booking.pk, days_until_due=None, actor=actor, now=timezone.now()
    )


@pytest.mark.usefixtures("automatic")
def test_a_tip_is_never_taxed():
    booking = far_away()
    tip = pay(booking, payment_type="gratuity", amount=5000)
    assert (tip.status, tip.amount, tip.tax) == ("succeeded", 5000, 0)


@pytest.mark.usefixtures("automatic")
def test_a_bill_that_has_its_own_tax_is_not_taxed_again():
    booking = BookingFactory(rules=default_rules(flat_tax=True))

    deposit = pay(booking)

    assert booking.total == FOOD + 4538  # 8.25 percent, half a cent up
    assert (deposit.amount, deposit.tax, booking.paid) == (10000, 0, 10000)


def test_without_stripe_tax_checkout_asks_for_what_is_owed_alone():
    booking = far_away()
    deposit = pay(booking)
    assert (lines_of(deposit), deposit.tax, booking.paid) == ([10000], 0, 10000)


@pytest.mark.usefixtures("automatic")
def test_a_cancellation_gives_the_tax_of_what_goes_back_with_it(finance: User):
    booking = far_away()
    pay(booking)
    pay(booking)
    four_days_before = booking.starts_at - timedelta(days=4)

    done = cancel_booking(booking_id=booking.pk, terms=Terms(), actor=finance, now=four_days_before)
    stripe.deliver()

    # Between seven days and 48 hours: all but the deposit, which keeps its own tax.
    assert (done.refund_total, done.policy_refund, done.kept) == (54033, 54033, 10807)
    booking.refresh_from_db()
    assert (booking.status, booking.paid) == ("canceled", 10000)
    assert wrong_projections() == []


@pytest.mark.usefixtures("automatic")
def test_a_whole_refund_gives_all_back_and_a_part_its_share_of_the_tax(finance: User):
    booking = far_away()
    payment = pay(booking)

    refund_payment(payment_id=payment.pk, amount=5000, actor=finance, now=timezone.now())
    stripe.deliver()
    booking.refresh_from_db()
    assert booking.paid == 10000 - 4627
    assert (left_for_party(booking.pk), tax_with(booking.pk, 5373)) == (5373, 434)
    assert wrong_projections() == []

    refund_payment(payment_id=payment.pk, amount=None, actor=finance, now=timezone.now())
    stripe.deliver()
    booking.refresh_from_db()
    assert (booking.paid, left_for_party(booking.pk)) == (0, 0)
    assert sum(amount for kind, amount in stripe.ledger_of(payment) if kind != "fee") == 0
    assert wrong_projections() == []


cents = st.integers(1, 10**8)


@given(amount=cents, tax=st.integers(0, 10**7), data=st.data())
def test_what_is_kept_of_a_payment_is_kept_to_the_cent(amount: int, tax: int, data: Any):
    payment = Payment(amount=amount, tax=min(tax, amount - 1))
    kept = data.draw(st.integers(0, amount))

    left = with_tax(kept, payment)

    assert towards_bill(left, amount=amount, tax=payment.tax) == kept
    assert 0 <= left - kept <= payment.tax
    assert (with_tax(0, payment), with_tax(amount, payment)) == (0, amount + payment.tax)
