"""Starting a payment, against the sandbox over HTTP."""

import threading
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from myhibachi.core.models import IdempotencyKey
from payments.models import Payment
from payments.services.intents import refresh_payment
from payments.tests import stripe_world as stripe
from payments.tests.api.clients import Api, refusal
from payments.tests.factories import paid_payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

DEPOSIT = [{"name": "Booking Deposit", "amount": 10000, "quantity": 1}]


@pytest.fixture
def booking(customer):
    return BookingFactory(customer=customer)


def checkout(api: Api, booking, **body):
    return api.post("create-checkout-session", {"booking_id": str(booking.pk)} | body)


def intent(api: Api, booking, **body):
    return api.post("create-payment-intent", {"booking_id": str(booking.pk)} | body)


def pay_deposit(api: Api, booking) -> Payment:
    intent(api, booking)
    payment = Payment.objects.get(booking=booking)
    stripe.confirm(payment)
    refresh_payment(payment_id=payment.pk, now=timezone.now())
    return payment


def sessions_at_stripe() -> list[str]:
    return [session["id"] for session in stripe.call("GET", "checkout/sessions")["data"]]


def test_the_frontends_body_gives_stripes_page(api, booking):
    response = checkout(api, booking, line_items=DEPOSIT, mode="payment")

    assert response.status_code == 200
    (session_id,) = sessions_at_stripe()
    session = stripe.call("GET", f"checkout/sessions/{session_id}")
    assert response.json() == {"url": session["url"], "session_id": session_id}
    assert (session["amount_total"], session["client_reference_id"]) == (10000, booking.reference)


def test_the_body_without_mode_and_a_reference_as_its_id_work_too(api, booking):
    body = {"booking_id": booking.reference.lower(), "line_items": DEPOSIT}
    assert api.post("create-checkout-session", body).status_code == 200


def test_a_double_click_gives_one_session(api, booking):
    first, second = (checkout(api, booking, line_items=DEPOSIT) for _ in range(2))
    assert first.json() == second.json()
    assert len(sessions_at_stripe()) == 1
    assert Payment.objects.count() == 1


def test_two_clicks_at_once_open_one_attempt(api, booking):
    gate = threading.Barrier(2)
    answers = []

    def click() -> None:
        gate.wait()
        answers.append(checkout(Api(api.user), booking, line_items=DEPOSIT))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Payment.objects.count() == 1
    assert len(sessions_at_stripe()) == 1
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert len({answer.json()["url"] for answer in answers if answer.status_code == 200}) == 1


def test_the_same_idempotency_key_gives_the_stored_answer(api, booking):
    body = {"booking_id": str(booking.pk), "line_items": DEPOSIT}
    first, second = (
        api.post("create-checkout-session", body, **{"Idempotency-Key": "k1"}) for _ in range(2)
    )
    other = api.post(
        "create-checkout-session", body | {"mode": "payment"}, **{"Idempotency-Key": "k1"}
    )
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert refusal(other) == (409, "idempotency_key_reused", None)


def test_a_client_secret_is_answered_again_but_never_kept(api, booking):
    body = {"booking_id": str(booking.pk), "amount": 10000}
    first, second = (
        api.post("create-payment-intent", body, **{"Idempotency-Key": "k2"}) for _ in range(2)
    )
    assert first.json() == second.json()
    assert [kept.body for kept in IdempotencyKey.objects.all()] == [""]


def test_lines_are_added_up_by_their_quantities(api, booking):
    items = [{"amount": 2500, "quantity": 3}, {"amount": 2500}]
    assert checkout(api, booking, line_items=items).status_code == 200


def test_an_intent_for_the_payment_element(api, booking):
    response = intent(api, booking, amount=10000, payment_type="deposit")
    payment = Payment.objects.get()
    made = stripe.call("GET", f"payment_intents/{payment.stripe_payment_intent_id}")
    assert response.json() == {
        "client_secret": made["client_secret"],
        "payment_intent_id": made["id"],
    }
    assert (made["amount"], made["metadata"]["payment_id"]) == (10000, str(payment.pk))


def test_the_balance_right_after_the_deposit_works(api, booking):
    pay_deposit(api, booking)

    response = intent(api, booking, amount=45000, payment_type="balance")

    assert response.status_code == 200
    balance = Payment.objects.exclude(status="succeeded").get()
    assert (balance.payment_type, balance.amount) == ("balance", 45000)


def test_a_tip_is_the_customers_to_choose(api, booking):
    response = intent(api, booking, amount=12345, payment_type="gratuity")
    assert response.status_code == 200
    line = [{"name": "For the chef", "amount": 5000}]
    assert checkout(api, booking, line_items=line, payment_type="gratuity").status_code == 200


def test_staff_may_start_a_payment_for_a_customer(support, booking):
    assert checkout(support, booking, line_items=DEPOSIT).status_code == 200
    assert Payment.objects.get().customer_id == booking.customer_id


def test_when_stripe_is_down_it_says_so_and_the_next_try_is_the_same_attempt(api, booking, sandbox):
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "path": "*sessions", "times": 9}]})
    assert refusal(checkout(api, booking)) == (503, "stripe_unavailable", None)
    sandbox.control("DELETE", "faults")
    assert checkout(api, booking).status_code == 200
    assert Payment.objects.count() == len(sessions_at_stripe()) == 1


@pytest.mark.parametrize("start", [checkout, intent])
def test_what_stripe_refuses_stands_in_nobodys_way(api, support, booking, start):
    paid_payment(booking=booking, amount=booking.total - 30, payment_type="full")

    assert refusal(start(api, booking)) == (409, "stripe_rejected", None)
    refused = Payment.objects.get(amount=30)
    assert (refused.status, refused.awaiting_stripe) == ("canceled", False)
    assert refused.failure_code == "amount_too_small"

    coins = {"booking_id": booking.reference, "method": "cash", "amount": 30}
    assert support.post("payments/manual", coins).status_code == 201


def test_the_portal_opens_for_the_customer_who_asks_and_leads_back_to_our_page(api, customer):
    response = api.post("portal-link")
    assert response.status_code == 200
    with urlopen(response.json()["url"], timeout=10) as page:
        assert f'href="{settings.SITE_URL}/pay/portal"' in page.read().decode()
    customer.refresh_from_db()
    assert stripe.call("GET", f"customers/{customer.stripe_customer_id}")["email"] == customer.email
