"""An invoice from its items to its payment, by API and on its hosted page."""

from typing import Any

import pytest
import stripe

from sandbox.tests.browser import CARD, visit
from sandbox.tests.conftest import Sandbox


def a_customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"email": "ana@example.com", "name": "Ana Ruiz"}).id


def a_draft(client: stripe.StripeClient, customer: str, *amounts: int, **more: Any) -> Any:
    for amount in amounts:
        client.v1.invoice_items.create(
            {"customer": customer, "amount": amount, "currency": "usd", "description": "Balance"}
        )
    params: Any = {
        "customer": customer,
        "collection_method": "send_invoice",
        "days_until_due": 7,
        "pending_invoice_items_behavior": "include",
        **more,
    }
    return client.v1.invoices.create(params)


def types(client: stripe.StripeClient, *prefixes: str) -> list[str]:
    events = client.v1.events.list({"limit": 100}).data[::-1]
    return [e.type for e in events if e.type.startswith(prefixes)]


def sums(invoice: Any) -> tuple[Any, ...]:
    return (invoice.status, invoice.amount_due, invoice.amount_paid, invoice.amount_remaining)


def test_an_invoice_is_sent_paid_on_its_page_and_settled(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    draft = a_draft(client, customer, 40000, 5000)
    assert sums(draft) == ("draft", 45000, 0, 45000)
    sent: Any = client.v1.invoices.send_invoice(draft.id)
    assert sums(sent) == ("open", 45000, 0, 45000)
    assert sent.number.endswith("-0001")
    assert sent.due_date == sent.effective_at + 7 * 86400
    page = visit(sent.hosted_invoice_url)
    assert "Pay $450.00" in page.text
    declined = visit(sent.hosted_invoice_url, {**CARD, "card_number": "4000000000000002"})
    assert declined.alert == "Your card was declined."
    assert visit(sent.hosted_invoice_url, CARD).location == sent.hosted_invoice_url
    paid: Any = client.v1.invoices.retrieve(draft.id, {"expand": ["payments"]})
    assert sums(paid) == ("paid", 45000, 45000, 0)
    payment = paid.payments.data[0]
    intent = client.v1.payment_intents.retrieve(payment.payment.payment_intent)
    assert (payment.status, intent.status, intent.customer) == ("paid", "succeeded", customer)
    assert types(client, "invoice.", "invoice_payment.") == [
        "invoice.created",
        "invoice.finalized",
        "invoice.sent",
        "invoice.updated",
        "invoice.payment_failed",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]


def test_the_pdf_is_a_pdf(client: stripe.StripeClient) -> None:
    draft = a_draft(client, a_customer(client), 40000)
    assert draft.invoice_pdf is None
    final: Any = client.v1.invoices.finalize_invoice(draft.id)
    document = visit(final.invoice_pdf).text
    assert document.startswith("%PDF-1.4")
    assert "$400.00" in document


def test_an_invoice_is_charged_to_the_default_card(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    draft = a_draft(client, customer, 2000)
    with pytest.raises(stripe.InvalidRequestError, match="default_payment_method"):
        client.v1.invoices.pay(draft.id)
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card.id}})
    assert sums(client.v1.invoices.pay(draft.id)) == ("paid", 2000, 2000, 0)


def test_a_declined_invoice_stays_open(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    draft = a_draft(client, customer, 2000)
    bad = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(draft.id, {"payment_method": bad.id})
    invoice = client.v1.invoices.retrieve(draft.id)
    assert (*sums(invoice), invoice.attempt_count) == ("open", 2000, 0, 2000, 1)


def test_an_invoice_paid_elsewhere_takes_no_card(client: stripe.StripeClient) -> None:
    draft = a_draft(client, a_customer(client), 2000)
    client.v1.invoices.finalize_invoice(draft.id)
    paid: Any = client.v1.invoices.pay(draft.id, {"paid_out_of_band": True})
    assert (*sums(paid), paid.amount_paid_off_stripe) == ("paid", 2000, 2000, 0, 2000)
    assert client.v1.payment_intents.list().data[0].status == "canceled"


def test_a_void_invoice_can_no_longer_be_paid(client: stripe.StripeClient) -> None:
    draft = a_draft(client, a_customer(client), 2000)
    open_: Any = client.v1.invoices.finalize_invoice(draft.id)
    void = client.v1.invoices.void_invoice(draft.id)
    assert sums(void) == ("void", 2000, 0, 2000)
    with pytest.raises(stripe.InvalidRequestError, match="void"):
        client.v1.invoices.pay(draft.id)
    assert "void" in visit(open_.hosted_invoice_url).text


def test_an_uncollectible_invoice_may_still_be_paid(client: stripe.StripeClient) -> None:
    draft = a_draft(client, a_customer(client), 2000)
    open_: Any = client.v1.invoices.finalize_invoice(draft.id)
    assert client.v1.invoices.mark_uncollectible(draft.id).status == "uncollectible"
    assert visit(open_.hosted_invoice_url, CARD).status == 303
    assert client.v1.invoices.retrieve(draft.id).status == "paid"


def test_an_invoice_over_its_due_date_is_overdue(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    draft = a_draft(client, a_customer(client), 2000)
    client.v1.invoices.finalize_invoice(draft.id)
    sandbox.control("POST", "jobs")
    assert types(client, "invoice.overdue") == ["invoice.overdue"]


def test_a_draft_follows_its_items_and_can_be_deleted(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    draft = a_draft(client, customer)
    price = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Noodles"}}
    )
    item = client.v1.invoice_items.create(
        {
            "customer": customer,
            "invoice": draft.id,
            "pricing": {"price": price.id},
            "quantity": 3,
        }
    )
    assert client.v1.invoices.retrieve(draft.id).amount_due == 4500
    client.v1.invoice_items.update(item.id, {"quantity": 4})
    lines = client.v1.invoices.line_items.list(draft.id).data
    assert [(line.amount, line.quantity, line.description) for line in lines] == [
        (6000, 4, "Noodles")
    ]
    client.v1.invoice_items.delete(item.id)
    assert client.v1.invoices.retrieve(draft.id).amount_due == 0
    assert client.v1.invoices.delete(draft.id).deleted


def test_discounts_and_taxes_add_up(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10})
    rate = client.v1.tax_rates.create(
        {"display_name": "CA", "inclusive": False, "percentage": 8.75}
    )
    draft = a_draft(
        client,
        a_customer(client),
        10000,
        -2000,
        discounts=[{"coupon": coupon.id}],
        default_tax_rates=[rate.id],
    )
    found = (draft.subtotal, draft.total_discount_amounts[0].amount, draft.total)
    assert found == (8000, 800, 7830)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"days_until_due": 7}, "days_until_due"),
        ({"customer": "cus_none"}, "customer"),
        ({"payment_intent": "pi_1"}, "payment_intent"),
    ],
)
def test_an_invoice_that_cannot_be_is_refused_by_parameter(
    client: stripe.StripeClient, wrong: dict[str, Any], param: str
) -> None:
    params: Any = {"customer": a_customer(client), **wrong}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.invoices.create(params)
    assert refused.value.param == param


def test_automatic_tax_goes_by_where_it_is_shipped_and_leaves_the_nontaxable_out(
    client: stripe.StripeClient,
) -> None:
    customer = client.v1.customers.create({"email": "bo@example.com"}).id
    params: Any = {"customer": customer, "automatic_tax": {"enabled": True}}
    with pytest.raises(stripe.InvalidRequestError, match="location isn't recognized"):
        client.v1.invoices.create(params)
    address = {"postal_code": "94539", "country": "US"}
    moved: Any = {"shipping": {"name": "Bo", "address": address}}
    client.v1.customers.update(customer, moved)
    made: Any = client.v1.invoices.create(params)
    for amount, more in ((10000, {}), (5000, {"tax_code": "txcd_00000000"})):
        item: Any = {"customer": customer, "invoice": made.id, "amount": amount, **more}
        client.v1.invoice_items.create(item)
    done: Any = client.v1.invoices.retrieve(made.id)
    assert (done.subtotal, done.total) == (15000, 15880)
    assert sum(tax.amount for tax in done.total_taxes) == 880
