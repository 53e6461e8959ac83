"""Canceling through the API, against the sandbox over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.models import IdempotencyKey
from payments.models import Payment
from payments.tests.api.clients import refusal
from payments.tests.services.parties import made_at_stripe, pay, pay_by_hand, refunds_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

EARLY = "7 days or more before the party: all of it back."


@pytest.fixture
def booking(customer) -> Booking:
    """Gil's, paid by card and by Zelle, 10000 and 45000."""
    made: Booking = BookingFactory(customer=customer)
    pay(made)
    pay_by_hand(made, amount=45000)
    return made


def cancel(user: User | None, booking: Booking, query: str = "", **body: Any):
    """POST as somebody; `key` is the Idempotency-Key."""
    client = APIClient(raise_request_exception=False)
    if user:
        client.force_authenticate(user)
    headers = {"Idempotency-Key": body.pop("key")} if "key" in body else {}
    path = f"/api/bookings/{booking.reference}/cancel{query}"
    return client.post(path, body, format="json", headers=headers)


def expected(booking: Booking, *, status: str, refunds: list[tuple[Any, Any]]) -> dict[str, Any]:
    """Return the answer, with the id and status of the Zelle's and the card's refund."""
    (zelle_id, zelle_status), (card_id, card_status) = refunds
    zelle = Payment.objects.get(booking=booking, method="zelle")
    card = Payment.objects.get(booking=booking, method="stripe")
    return {
        "booking_id": str(booking.pk),
        "reference": booking.reference,
        "status": status,
        "currency": "usd",
        "refunds": [
            {
                "refund_id": zelle_id,
                "payment_id": str(zelle.pk),
                "payment_type": "balance",
                "method": "zelle",
                "amount": 45000,
                "status": zelle_status,
            },
            {
                "refund_id": card_id,
                "payment_id": str(card.pk),
                "payment_type": "deposit",
                "method": "stripe",
                "amount": 10000,
                "status": card_status,
            },
        ],
        "refund_total": 55000,
        "policy_refund": 55000,
        "kept": 0,
        "rule": EARLY,
        "rule_code": "early",
    }


def test_the_preview_is_exact_and_then_it_happens(customer, booking):
    preview = cancel(customer.user, booking, "?preview=true")
    assert preview.status_code == 200
    assert preview.json() == expected(
        booking, status="confirmed", refunds=[(None, None), (None, None)]
    )
    assert (refunds_of(booking), made_at_stripe()) == ([], [])

    done = cancel(
        customer.user, booking, reason="Flu.", expected_refund=preview.json()["refund_total"]
    )

    assert done.status_code == 200
    zelle, card = (payment.refunds.get() for payment in booking.payments.order_by("-succeeded_at"))
    assert done.json() == expected(
        booking,
        status="canceled",
        refunds=[(str(zelle.pk), "pending"), (str(card.pk), "succeeded")],
    )
    assert made_at_stripe() == [10000]


def test_another_sum_than_expected_is_a_409_with_the_new_preview(customer, booking):
    response = cancel(customer.user, booking, expected_refund=10000)
    assert refusal(response) == (409, "refund_changed", "expected_refund")
    (error,) = response.json()["errors"]
    assert (error["preview"]["refund_total"], error["preview"]["rule"]) == (55000, EARLY)
    booking.refresh_from_db()
    assert (booking.status, refunds_of(booking)) == ("confirmed", [])


def test_a_second_cancel_is_a_409(customer, booking):
    assert cancel(customer.user, booking).status_code == 200
    assert refusal(cancel(customer.user, booking)) == (409, "invalid_status", None)
    assert refusal(cancel(customer.user, booking, "?preview=1")) == (409, "invalid_status", None)
    assert made_at_stripe() == [10000]


def test_the_same_key_cancels_once_though_the_first_request_died_before_its_answer(
    customer, booking
):
    first = cancel(customer.user, booking, key="click")
    again = cancel(customer.user, booking, key="click")
    IdempotencyKey.objects.update(status=None, started_at=timezone.now() - timedelta(minutes=3))
    late = cancel(customer.user, booking, key="click")

    assert [answer.status_code for answer in (first, again, late)] == [200] * 3
    assert first.json() == again.json() == late.json()
    assert made_at_stripe() == [10000]


def test_somebody_elses_is_a_404_and_nobodys_a_401(booking):
    other = CustomerFactory().user
    for query in ("", "?preview=true"):
        assert refusal(cancel(other, booking, query)) == (404, "not_found", "booking_id")
        assert refusal(cancel(None, booking, query))[0] == 401


def test_support_may_not_and_customers_follow_the_policy(customer, booking):
    support = UserFactory(role="support")
    assert refusal(cancel(support, booking)) == (403, "permission_denied", None)
    override: dict[str, Any] = {"refund_amount": 0, "reason": "None, thanks."}
    assert refusal(cancel(customer.user, booking, **override)) == (403, "permission_denied", None)


def test_a_manager_gives_back_another_sum_with_a_reason(booking):
    manager = UserFactory(role="manager")
    assert refusal(cancel(manager, booking, refund_amount=0)) == (400, "invalid", "reason")
    too_much = cancel(manager, booking, refund_amount=55001, reason="Ill.")
    assert refusal(too_much) == (400, "invalid", "refund_amount")
    preview = cancel(manager, booking, "?preview=true", refund_amount=5000, reason="Ill.").json()
    assert (preview["refund_total"], preview["policy_refund"], preview["kept"]) == (
        5000, 55000, 50000,
    )  # fmt: skip

    done = cancel(manager, booking, refund_amount=5000, expected_refund=5000, reason="Ill.")

    assert done.json()["refund_total"] == 5000
    assert refunds_of(booking) == [("zelle", 5000, "pending")]


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"expected_refund": -1}, "min_value", "expected_refund"),
        ({"expected_refund": "all"}, "invalid", "expected_refund"),
        ({"refund_amount": 1.5}, "invalid", "refund_amount"),
        ({"refund": 100}, "unknown_field", "refund"),
        ({"reason": "x" * 2001}, "max_length", "reason"),
    ],
)
def test_a_body_that_makes_no_sense_is_a_400_and_nothing_happens(
    customer, booking, body, code, attr
):
    assert refusal(cancel(customer.user, booking, **body)) == (400, code, attr)
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_refund_by_hand_is_said_to_be_to_do(finance, booking):
    zelle = Payment.objects.get(booking=booking, method="zelle")
    answer = finance.post("refund", {"payment_id": str(zelle.pk), "amount_cents": 2000}).json()
    assert answer["message"] == "$20.00 is to go back."
    assert answer["data"]["status"] == "pending"
