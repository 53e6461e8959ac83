"""Giving money back through the API, against the sandbox over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from myhibachi.core.ids import uuid7
from myhibachi.core.models import IdempotencyKey
from payments.models import Payment, Refund
from payments.queries.disputed import WHY_NOT
from payments.queries.ledger import refundable
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.api.clients import Api, refusal
from payments.tests.refunds.world import dispute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def paid(customer, payment_type: str) -> Payment:
    """Return a payment that Stripe has taken: 10000 for a deposit, 55000 in full."""
    wanted = Wanted(
        booking_id=BookingFactory(customer=customer).pk,
        user=customer.user,
        surface=Payment.Surface.ELEMENTS,
        payment_type=payment_type,
    )
    started = start_payment(wanted, now=timezone.now()).payment
    started.refresh_from_db()
    stripe.confirm(started)
    refresh_payment(payment_id=started.pk, now=timezone.now())
    return started


@pytest.fixture
def payment(customer) -> Payment:
    return paid(customer, "deposit")


def refund(api: Api, payment: Payment, **body):
    return api.post("refund", {"payment_id": str(payment.pk)} | body)


def made_at_stripe() -> list[int]:
    return [found["amount"] for found in stripe.call("GET", "refunds", limit=100)["data"]]


def test_the_customers_readme_refunds_fifty_dollars(manager, api, payment):
    response = refund(manager, payment, amount=50.00, reason="customer_request")

    made = Refund.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "message": "$50.00 is on its way back.",
        "data": {"refund_id": str(made.pk), "status": "succeeded", "amount": 5000},
    }
    assert made_at_stripe() == [5000]

    stripe.deliver()

    (shown,) = api.results("payments", booking_id=str(payment.booking_id))
    assert (shown["status"], shown["amount"]) == ("succeeded", 10000)
    assert (shown["refunded"], shown["refundable"]) == (5000, 5000)
    assert [(each["id"], each["amount"], each["status"]) for each in shown["refunds"]] == [
        (str(made.pk), 5000, "succeeded")
    ]


def test_no_amount_is_all_that_is_left(manager, payment):
    refund(manager, payment, amount_cents=2999)
    assert refund(manager, payment).json()["data"]["amount"] == 7001
    assert refundable(payment) == 0


def test_finance_passes_the_managers_limit(finance, customer):
    payment = paid(customer, "full")
    assert refund(finance, payment).json()["data"]["amount"] == 55000
    assert made_at_stripe() == [55000]


def test_above_the_managers_limit_it_waits_until_finance_approves(manager, finance, customer):
    payment = paid(customer, "full")

    asked = refund(manager, payment)
    waiting = Refund.objects.get()
    data = {"refund_id": str(waiting.pk), "status": "pending", "amount": 55000}
    assert (asked.status_code, asked.json()) == (
        200,
        {"success": True, "message": "$550.00 waits for approval by finance.", "data": data},
    )
    (shown,) = finance.results("refunds", approval="requested")
    assert (shown["state"], shown["approval"]) == ("waits_for_approval", "requested")
    assert refusal(manager.post(f"refunds/{waiting.pk}/approve"))[:2] == (403, "permission_denied")
    assert made_at_stripe() == []

    done = [finance.post(f"refunds/{waiting.pk}/approve") for _ in range(2)]

    answer = {"success": True, "message": "$550.00 is on its way back."}
    assert [each.json() for each in done] == [answer | {"data": data | {"status": "succeeded"}}] * 2
    assert made_at_stripe() == [55000]


def test_rejected_with_a_reason_its_money_may_be_refunded_again(manager, finance, customer, api):
    payment = paid(customer, "full")
    waiting = refund(manager, payment).json()["data"]["refund_id"]
    address = f"refunds/{waiting}/reject"
    assert refusal(finance.post(address)) == (400, "required", "reason")

    answer = finance.post(address, {"reason": "He came and ate."}).json()

    assert answer["message"] == "The refund of $550.00 is not approved."
    assert (answer["data"]["status"], refundable(payment)) == ("canceled", 55000)
    assert refusal(finance.post(f"refunds/{waiting}/approve"))[:2] == (409, "already_decided")
    # The customer is told Stripe's word, and nothing of what staff say to each other.
    (shown,) = api.results("refunds")
    assert (shown["status"], "approval" in shown, "state" in shown) == ("canceled", False, False)


def test_nobody_approves_what_is_not_there_or_waits_for_nobody(finance, customer):
    assert refusal(finance.post(f"refunds/{uuid7()}/approve"))[:2] == (404, "not_found")
    made = refund(finance, paid(customer, "deposit")).json()["data"]["refund_id"]
    answer = finance.post(f"refunds/{made}/approve")
    assert refusal(answer)[:2] == (409, "refund_refused")


def test_a_disputed_charge_is_refused_with_the_reason(manager, payment, sandbox):
    dispute(sandbox, payment)
    (error,) = refund(manager, payment).json()["errors"]
    assert (error["code"], error["detail"]) == ("refund_refused", WHY_NOT)


def test_more_than_is_left_is_refused_with_what_is_left(manager, payment):
    refund(manager, payment, amount_cents=9000)
    response = refund(manager, payment, amount="10.01")
    assert response.status_code == 409
    assert response.json()["errors"] == [
        {
            "code": "refund_refused",
            "detail": "At most $10.00 of this payment is left to refund.",
            "attr": "amount",
            "refundable": 1000,
        }
    ]
    assert made_at_stripe() == [9000]


def test_the_same_key_moves_money_once(manager, payment):
    body = {"payment_id": str(payment.pk), "amount": 20}
    first, second = (manager.post("refund", body, **{"Idempotency-Key": "click"}) for _ in range(2))
    assert first.json() == second.json()
    assert made_at_stripe() == [2000]


def test_the_same_key_moves_money_once_though_the_first_request_died_before_its_answer(
    manager, payment
):
    body = {"payment_id": str(payment.pk), "amount_cents": 2000}
    first = manager.post("refund", body, **{"Idempotency-Key": "abc"})
    IdempotencyKey.objects.update(status=None, started_at=timezone.now() - timedelta(minutes=3))

    again = manager.post("refund", body, **{"Idempotency-Key": "abc"})

    assert (again.status_code, again.json()) == (200, first.json())
    assert made_at_stripe() == [2000]


def test_what_stripe_refused_stays_refused_under_its_key(manager, payment):
    intent = payment.stripe_payment_intent_id
    stripe.call("POST", "refunds", payment_intent=intent, amount=10000)
    body = {"payment_id": str(payment.pk), "amount_cents": 2000}

    answers = [manager.post("refund", body, **{"Idempotency-Key": "abc"}) for _ in range(2)]

    assert [refusal(answer) for answer in answers] == [(409, "refund_refused", None)] * 2
    assert Refund.objects.count() == 1


def test_twenty_at_once_never_give_back_more_than_was_paid(manager, payment):
    def ask(_: int) -> int:
        try:
            return int(refund(Api(manager.user), payment, amount_cents=3000).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(ask, range(20)))

    assert statuses == [200] * 3 + [409] * 17
    assert made_at_stripe() == [3000, 3000, 3000]


def test_without_an_answer_from_stripe_it_is_pending(manager, payment, sandbox):
    fault = {"kind": "500", "path": "*refunds", "times": 9}
    sandbox.control("POST", "faults", {"api": [fault]})
    response = refund(manager, payment, amount=50)
    assert response.status_code == 200
    assert response.json()["data"]["status"] == "pending"
    assert response.json()["message"] == "$50.00 will go back as soon as Stripe has it."
