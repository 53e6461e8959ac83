"""A customer pays on the hosted page of a checkout session."""

import time
from typing import Any

import pytest
import stripe

from sandbox.tests.browser import CARD, visit
from sandbox.tests.conftest import Inbox, Sandbox

DEPOSIT: dict[str, Any] = {
    "quantity": 1,
    "price_data": {
        "currency": "usd",
        "unit_amount": 10000,
        "product_data": {"name": "Booking deposit"},
    },
}


def open_session(client: stripe.StripeClient, **more: Any) -> Any:
    params: Any = {
        "mode": "payment",
        "success_url": "http://shop.test/thanks?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart",
        "line_items": [DEPOSIT],
        **more,
    }
    return client.v1.checkout.sessions.create(params)


def test_a_session_has_no_payment_intent_until_the_customer_pays(
    client: stripe.StripeClient,
) -> None:
    session = open_session(client)
    state = (session.status, session.payment_status, session.payment_intent, session.amount_total)
    assert state == ("open", "unpaid", None, 10000)


def test_paying_completes_the_session_and_sends_stripes_events_in_order(
    client: stripe.StripeClient, inbox: Inbox
) -> None:
    client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})
    data = {"metadata": {"booking_id": "b1"}}
    session = open_session(client, customer_creation="always", payment_intent_data=data)
    answer = visit(session.url, CARD)
    assert (answer.status, answer.location) == (
        303,
        f"http://shop.test/thanks?session_id={session.id}",
    )
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent", "line_items"]}
    ).to_dict()
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["payment_intent"]["amount_received"] == 10000
    assert paid["payment_intent"]["metadata"] == {"booking_id": "b1"}
    assert paid["customer"] == paid["payment_intent"]["customer"]
    assert paid["customer_details"]["email"] == "ana@example.com"
    assert [line["description"] for line in paid["line_items"]["data"]] == ["Booking deposit"]
    inbox.wait(6)
    assert inbox.types == [
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4242424242424241", "Your card number is incorrect."),
        ("", "Your card number is incomplete."),
    ],
)
def test_a_refused_card_says_why_and_another_may_be_tried(
    client: stripe.StripeClient, number: str, message: str
) -> None:
    session = open_session(client)
    assert visit(session.url, {**CARD, "card_number": number}).alert == message
    assert visit(session.url, CARD).status == 303
    intents = client.v1.payment_intents.list().data
    assert [(i.status, i.amount) for i in intents] == [("succeeded", 10000)]


def test_a_declined_try_and_the_next_share_one_payment_intent(client: stripe.StripeClient) -> None:
    session = open_session(client)
    visit(session.url, {**CARD, "card_number": "4000000000000002"})
    tried: Any = client.v1.checkout.sessions.retrieve(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="expire the Checkout Session"):
        client.v1.payment_intents.cancel(tried.payment_intent)
    visit(session.url, CARD)
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (tried.status, paid.status) == ("open", "complete")
    assert tried.payment_intent == paid.payment_intent


@pytest.mark.parametrize(
    ("outcome", "location", "alert"),
    [("authorize", "http://shop.test/thanks", None), ("fail", None, "unable to authenticate")],
)
def test_three_d_secure_goes_through_the_banks_page(
    client: stripe.StripeClient, outcome: str, location: str | None, alert: str | None
) -> None:
    session = open_session(client)
    bank = visit(session.url, {**CARD, "card_number": "4000002760003184"})
    assert bank.status == 303
    assert bank.location
    assert "Complete" in visit(bank.location).text
    back = visit(bank.location, {"outcome": outcome})
    assert back.location
    end = visit(back.location)
    assert (end.location or "").partition("?")[0] == (location or "")
    assert (alert or "") in (end.alert or "")


def test_the_page_of_a_paid_session_says_so_and_leads_back(client: stripe.StripeClient) -> None:
    session = open_session(client)
    visit(session.url, CARD)
    page = visit(session.url)
    assert "has been paid" in page.text
    assert f"http://shop.test/thanks?session_id={session.id}" in page.text
    assert visit(session.url, CARD).status == 303
    assert len(client.v1.charges.list().data) == 1


def test_an_expired_session_takes_no_money(client: stripe.StripeClient, inbox: Inbox) -> None:
    client.v1.webhook_endpoints.create(
        {"url": inbox.url, "enabled_events": ["checkout.session.expired"]}
    )
    session = open_session(client)
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert "has expired" in visit(session.url, CARD).text
    assert client.v1.payment_intents.list().data == []
    inbox.wait(1)
    with pytest.raises(stripe.InvalidRequestError, match=r"can be expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_the_clock_expires_a_session(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = open_session(client, expires_at=int(time.time()) + 1800)
    sandbox.control("POST", "jobs")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [e.type for e in client.v1.events.list({"type": "checkout.*"}).data] == [
        "checkout.session.expired"
    ]


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"expires_at": int(time.time()) + 90000}, "expires_at"),
        ({"customer": "cus_none"}, "customer"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"success_url": "thanks"}, "success_url"),
        ({"tip": 5}, "tip"),
        ({"mode": "rent"}, "mode"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_parameter(
    client: stripe.StripeClient, wrong: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        open_session(client, **wrong)
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_a_promotion_code_takes_its_share_off(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 25})
    client.v1.promotion_codes.create(
        {"code": "HIBACHI25", "promotion": {"type": "coupon", "coupon": coupon.id}}
    )
    session = open_session(client, allow_promotion_codes=True)
    wrong = visit(session.url, {"promotion_code": "NOPE", "apply": "1"})
    assert wrong.alert == "This code is invalid."
    assert visit(session.url, {"promotion_code": "hibachi25", "apply": "1"}).status == 303
    assert "Pay $75.00" in visit(session.url).text
    assert visit(session.url, CARD).status == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.amount_total == 7500
    assert paid.total_details
    assert paid.total_details.amount_discount == 2500
    assert client.v1.coupons.retrieve(coupon.id).times_redeemed == 1


def test_automatic_tax_is_shown_before_it_is_charged(client: stripe.StripeClient) -> None:
    session = open_session(client, automatic_tax={"enabled": True})
    assert session.automatic_tax.status == "requires_location_inputs"
    asked = visit(session.url, {**CARD, "expected_amount": "10000"})
    assert "Pay $108.80" in asked.text
    assert visit(session.url, {**CARD, "expected_amount": "10880"}).status == 303
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    intent: Any = paid.payment_intent
    assert paid.total_details
    assert (paid.total_details.amount_tax, intent.amount_received) == (880, 10880)


def test_sessions_are_listed_by_intent_customer_and_status(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"})
    first = open_session(client, customer=customer.id)
    second = open_session(client)
    visit(second.url, CARD)
    intent: Any = client.v1.checkout.sessions.retrieve(second.id).payment_intent
    sessions = client.v1.checkout.sessions
    found = [
        [s.id for s in sessions.list({"customer": customer.id}).data],
        [s.id for s in sessions.list({"payment_intent": intent}).data],
        [s.id for s in sessions.list({"status": "open"}).data],
    ]
    assert found == [[first.id], [second.id], [first.id]]


def test_setup_saves_a_card_and_charges_nothing(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"}).id
    params: Any = {"mode": "setup", "success_url": "http://shop.test/", "customer": customer}
    session: Any = client.v1.checkout.sessions.create(params)
    assert "Save card" in visit(session.url).text
    assert visit(session.url, {**CARD, "expected_amount": "0"}).status == 303
    done: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    found = (done.status, done.payment_status, done.setup_intent.status)
    assert found == ("complete", "no_payment_required", "succeeded")
    assert len(client.v1.customers.payment_methods.list(customer).data) == 1
    assert client.v1.charges.list().data == []


def test_invoice_creation_leaves_a_paid_invoice_behind(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10})
    session = open_session(
        client,
        invoice_creation={"enabled": True, "invoice_data": {"description": "Deposit"}},
        automatic_tax={"enabled": True},
        discounts=[{"coupon": coupon.id}],
    )
    assert visit(session.url, CARD).status == 303
    paid: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    invoice = paid.invoice
    assert (paid.amount_total, invoice.status) == (9792, "paid")
    assert (invoice.total, invoice.amount_paid, invoice.description) == (9792, 9792, "Deposit")
    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    assert payment.payment.payment_intent == paid.payment_intent


def test_automatic_tax_must_know_where_a_known_customer_lives(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"}).id
    with pytest.raises(stripe.InvalidRequestError, match="valid address on the Customer"):
        open_session(client, customer=customer, automatic_tax={"enabled": True})
    session = open_session(
        client,
        customer=customer,
        automatic_tax={"enabled": True},
        customer_update={"address": "auto"},
    )
    assert visit(session.url, CARD).status == 303
    address = client.v1.customers.retrieve(customer).address
    assert address
    assert (address.postal_code, address.state) == ("90210", "CA")


def test_the_email_of_a_declined_try_may_be_corrected(client: stripe.StripeClient) -> None:
    session = open_session(client)
    visit(session.url, {**CARD, "card_number": "4000000000000002", "email": "wrong@example.com"})
    visit(session.url, CARD)
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.customer_details
    assert paid.customer_details.email == "ana@example.com"


def test_a_bank_debit_completes_first_and_is_paid_later(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    method: Any = {"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}}
    method["billing_details"] = {"name": "Ana", "email": "ana@example.com"}
    debit = client.v1.payment_methods.create(method)
    line = {**DEPOSIT, "price_data": {**DEPOSIT["price_data"], "currency": "eur"}}
    session = open_session(client, payment_method_types=["sepa_debit"], line_items=[line])
    path = f"/v1/payment_pages/{session.id}/confirm"
    client.raw_request("post", path, payment_method=debit.id, expected_amount=10000)
    waiting = client.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    sandbox.control("POST", "jobs")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert [e.type for e in client.v1.events.list({"type": "checkout.*"}).data] == [
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
    ]


def test_a_line_of_a_nontaxable_product_carries_no_tax(client: stripe.StripeClient) -> None:
    product = {"name": "Travel", "tax_code": "txcd_00000000"}
    data = {"currency": "usd", "unit_amount": 5000, "product_data": product}
    taxed = {"currency": "usd", "unit_amount": 10000, "product_data": {"name": "Party"}}
    lines = [{"price_data": each, "quantity": 1} for each in (taxed, data)]
    session = open_session(client, line_items=lines, automatic_tax={"enabled": True})
    assert visit(session.url, CARD).status == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.total_details
    assert (paid.amount_subtotal, paid.total_details.amount_tax) == (15000, 880)


def test_a_card_is_saved_where_the_customer_ticks_it_and_charged_off_session(
    client: stripe.StripeClient,
) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"}).id
    offered: Any = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    unticked = open_session(client, customer=customer, **offered)
    assert "Save payment details" in visit(unticked.url).text
    assert visit(unticked.url, CARD).status == 303
    assert client.v1.customers.payment_methods.list(customer).data == []
    ticked = open_session(client, customer=customer, **offered)
    assert visit(ticked.url, {**CARD, "save_card": "1"}).status == 303
    [saved] = client.v1.customers.payment_methods.list(customer).data
    assert saved.allow_redisplay == "always"
    params: Any = {"amount": 2000, "currency": "usd", "customer": customer}
    params |= {"payment_method": saved.id, "off_session": True, "confirm": True}
    assert client.v1.payment_intents.create(params).status == "succeeded"


def test_a_card_that_must_be_authenticated_is_declined_off_session(
    client: stripe.StripeClient,
) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"}).id
    name = "pm_card_authenticationRequired"
    method = client.v1.payment_methods.attach(name, {"customer": customer})
    params: Any = {"amount": 2000, "currency": "usd", "customer": customer}
    params |= {"payment_method": method.id, "off_session": True, "confirm": True}
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.create(params)
    assert refused.value.http_status == 402
    assert refused.value.code == "authentication_required"
