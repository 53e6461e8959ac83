"""Invoices that staff send, against the sandbox over HTTP."""

import pytest

from bookings.tests.factories import BookingFactory
from payments.models import Invoice
from payments.tests import stripe_world as stripe
from payments.tests.api.clients import refusal
from payments.tests.factories import paid_payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking(customer):
    booking = BookingFactory(customer=customer)
    paid_payment(booking=booking)
    return booking


def test_the_balance_is_billed_once(finance, api, booking):
    first, second = (
        finance.post("invoices", {"booking_id": booking.reference, "days_until_due": 10})
        for _ in range(2)
    )

    invoice = Invoice.objects.get()
    at_stripe = stripe.call("GET", f"invoices/{invoice.stripe_invoice_id}")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"] == str(invoice.pk)
    assert (at_stripe["amount_due"], at_stripe["status"]) == (45000, "open")
    (shown,) = api.results("invoices", booking_id=booking.reference)
    assert (shown["amount"], shown["status"], shown["days_until_due"]) == (45000, "open", 10)
    assert shown["hosted_invoice_url"] == at_stripe["hosted_invoice_url"]


def test_who_may_not_and_what_is_not_there(api, support, finance, booking):
    body = {"booking_id": booking.reference}
    for caller in (api, support):
        assert refusal(caller.post("invoices", body)) == (403, "permission_denied", None)
    assert refusal(finance.post("invoices", {"booking_id": "booking-123"}))[0] == 404
    for days in (0, 366, "soon"):
        response = finance.post("invoices", body | {"days_until_due": days})
        assert refusal(response)[::2] == (400, "days_until_due")
