"""Payments that are not started, and why. Stripe hears nothing of them."""

import pytest

from bookings.tests.factories import BookingFactory
from payments.models import Payment
from payments.tests.api.clients import Api, refusal
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(customer):
    return BookingFactory(customer=customer)


def checkout(api: Api, booking, **body):
    return api.post("create-checkout-session", {"booking_id": str(booking.pk)} | body)


def intent(api: Api, booking, **body):
    return api.post("create-payment-intent", {"booking_id": str(booking.pk)} | body)


@pytest.mark.parametrize(
    "items",
    [
        [{"name": "Booking Deposit", "amount": 9999, "quantity": 1}],
        [{"name": "Booking Deposit", "amount": 10000, "quantity": 2}],
        [{"amount": 9000}, {"amount": 500}],
    ],
)
def test_what_the_frontend_believes_wrongly_is_refused_with_what_is_due(api, booking, items):
    response = checkout(api, booking, line_items=items)
    assert response.status_code == 409
    assert response.json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "amount_mismatch",
                "detail": "The amount due is 10000 cents.",
                "attr": "amount",
                "expected_amount": 10000,
                "payment_type": "deposit",
            }
        ],
    }
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", [49, 100_000_000])
def test_a_tip_that_stripe_would_not_take_is_refused(api, booking, amount):
    response = intent(api, booking, amount=amount, payment_type="gratuity")
    assert refusal(response)[::2] == (400, "amount")
    assert not Payment.objects.exists()


def test_a_paid_booking_takes_no_more(api, booking):
    paid_payment(booking=booking, amount=booking.total, payment_type="full")
    assert refusal(intent(api, booking)) == (409, "nothing_due", "payment_type")


def test_nobody_pays_for_an_expired_booking(api, customer):
    booking = BookingFactory(customer=customer, status="expired")
    assert refusal(checkout(api, booking)) == (409, "booking_not_payable", "booking_id")


@pytest.mark.parametrize("path", ["create-checkout-session", "create-payment-intent"])
def test_somebody_elses_booking_is_not_there(api, path):
    other = BookingFactory()
    for named in (str(other.pk), other.reference, "booking-123"):
        response = api.post(path, {"booking_id": named})
        assert refusal(response) == (404, "not_found", "booking_id")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"booking_id": ""}, "blank", "booking_id"),
        ({"booking_id": None}, "null", "booking_id"),
        ({"mode": "subscription"}, "invalid_choice", "mode"),
        ({"payment_type": "ransom"}, "invalid_choice", "payment_type"),
        ({"line_items": []}, "empty", "line_items.non_field_errors"),
        ({"line_items": [{"amount": -5}]}, "min_value", "line_items.0.amount"),
        ({"line_items": [{"amount": "much"}]}, "invalid", "line_items.0.amount"),
        ({"line_items": [{"name": "Deposit"}]}, "required", "line_items.0.amount"),
    ],
)
def test_a_body_that_makes_no_sense_is_a_400(api, booking, body, code, attr):
    assert refusal(checkout(api, booking, **body)) == (400, code, attr)


def test_nobody_gets_in_without_a_token(booking):
    for path in ("create-checkout-session", "create-payment-intent", "portal-link"):
        assert refusal(Api().post(path, {"booking_id": str(booking.pk)}))[0] == 401
