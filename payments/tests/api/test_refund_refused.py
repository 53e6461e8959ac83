"""Refunds that are refused before Stripe hears of them."""

import pytest

from payments.models import Refund
from payments.tests.api.clients import Api, refusal
from payments.tests.factories import RefundFactory, paid_payment

pytestmark = pytest.mark.django_db


def refund(api: Api, payment, **body):
    return api.post("refund", {"payment_id": str(payment.pk)} | body)


def test_a_customer_and_support_may_not(api, support, customer):
    payment = paid_payment()
    for caller in (api, support):
        assert refusal(refund(caller, payment)) == (403, "permission_denied", None)
    assert refusal(refund(Api(), payment))[0] == 401


def test_a_manager_approves_nothing(manager):
    for answer in ("approve", "reject"):
        path = f"refunds/{RefundFactory(approval='requested').pk}/{answer}"
        assert refusal(manager.post(path, {"reason": "No."})) == (403, "permission_denied", None)


def test_what_is_not_there_is_a_404(manager):
    response = manager.post("refund", {"payment_id": "019ab5f2-0000-7000-8000-000000000123"})
    assert refusal(response) == (404, "not_found", "payment_id")


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"amount": 50, "amount_cents": 5000}, "invalid", "amount_cents"),
        ({"amount": 0}, "invalid", "amount"),
        ({"amount": -1}, "invalid", "amount"),
        ({"amount": "0.001"}, "max_decimal_places", "amount"),
        ({"amount": 50.005}, "max_decimal_places", "amount"),
        ({"amount": "NaN"}, "invalid", "amount"),
        ({"amount": "1e3000"}, "max_digits", "amount"),
        ({"amount": True}, "invalid", "amount"),
        ({"amount": None}, "null", "amount"),
        ({"amount_cents": 0}, "min_value", "amount_cents"),
        ({"amount_cents": 50.5}, "invalid", "amount_cents"),
        ({"amount_cents": None}, "null", "amount_cents"),
        ({"ammount": 50}, "unknown_field", "ammount"),
        ({"payment_id": "payment-123"}, "invalid", "payment_id"),
        ({"reason": "x" * 101}, "max_length", "reason"),
    ],
)
def test_a_body_that_makes_no_sense_is_a_400_and_moves_nothing(manager, body, code, attr):
    assert refusal(refund(manager, paid_payment(), **body)) == (400, code, attr)
    assert not Refund.objects.exists()


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_body_that_is_no_object_is_a_400(manager, body):
    assert manager.post("refund", body).status_code == 400
