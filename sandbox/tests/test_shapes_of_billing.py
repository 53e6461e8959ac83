"""What is sold and billed answers with the fields the SDK's typed resources name, too."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from stripe import billing_portal, checkout

from sandbox.tests.browser import CARD, visit
from sandbox.tests.shapes import faults


def a_product(client: stripe.StripeClient) -> Any:
    return client.v1.products.create({"name": "Party", "images": ["https://shop.test/a.png"]})


def a_price(client: stripe.StripeClient) -> Any:
    return client.v1.prices.create(
        {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Noodles"}}
    )


def a_recurring_price(client: stripe.StripeClient) -> Any:
    params: Any = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}}
    params["product"] = client.v1.products.create({"name": "Club"}).id
    return client.v1.prices.create(params)


def a_coupon(client: stripe.StripeClient) -> Any:
    return client.v1.coupons.create({"percent_off": 12.5, "duration": "forever"})


def a_promotion_code(client: stripe.StripeClient) -> Any:
    promotion: Any = {"type": "coupon", "coupon": a_coupon(client).id}
    return client.v1.promotion_codes.create({"promotion": promotion})


def a_tax_rate(client: stripe.StripeClient) -> Any:
    return client.v1.tax_rates.create(
        {"display_name": "CA", "inclusive": False, "percentage": 8.75, "state": "CA"}
    )


def a_session(client: stripe.StripeClient) -> Any:
    line = {"price": a_price(client).id, "quantity": 2, "tax_rates": [a_tax_rate(client).id]}
    params: Any = {
        "mode": "payment",
        "success_url": "https://shop.test/",
        "line_items": [line],
        "automatic_tax": {"enabled": True},
        "discounts": [{"coupon": a_coupon(client).id}],
    }
    return client.v1.checkout.sessions.create(params)


def a_paid_session(client: stripe.StripeClient) -> Any:
    session = a_session(client)
    visit(session.url, CARD)
    expand = ["line_items", "payment_intent"]
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})


def a_session_line(client: stripe.StripeClient) -> Any:
    return client.v1.checkout.sessions.line_items.list(a_session(client).id).data[0]


def an_invoice_item(client: stripe.StripeClient) -> Any:
    customer = client.v1.customers.create({"email": "ana@example.com"})
    params: Any = {"customer": customer.id, "amount": 4000, "currency": "usd"}
    params["tax_rates"] = [a_tax_rate(client).id]
    return client.v1.invoice_items.create(params)


def a_draft_invoice(client: stripe.StripeClient) -> Any:
    params: Any = {
        "customer": an_invoice_item(client).customer,
        "pending_invoice_items_behavior": "include",
        "discounts": [{"coupon": a_coupon(client).id}],
    }
    return client.v1.invoices.create(params)


def an_open_invoice(client: stripe.StripeClient) -> Any:
    expand = ["payments", "discounts", "confirmation_secret"]
    draft = a_draft_invoice(client)
    return client.v1.invoices.finalize_invoice(draft.id, {"expand": expand})


def a_paid_invoice(client: stripe.StripeClient) -> Any:
    invoice = an_open_invoice(client)
    visit(invoice.hosted_invoice_url, CARD)
    return client.v1.invoices.retrieve(invoice.id, {"expand": ["customer", "payments"]})


def an_invoice_line(client: stripe.StripeClient) -> Any:
    return client.v1.invoices.line_items.list(a_draft_invoice(client).id).data[0]


def an_invoice_payment(client: stripe.StripeClient) -> Any:
    a_paid_invoice(client)
    return client.v1.invoice_payments.list().data[0]


def a_discount(client: stripe.StripeClient) -> Any:
    return an_open_invoice(client).discounts[0]


def a_subscription(client: stripe.StripeClient) -> Any:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    method = client.v1.customers.payment_methods.list(customer.id).data[0].id
    params: Any = {
        "customer": customer.id,
        "items": [{"price": a_recurring_price(client).id}],
        "default_payment_method": method,
    }
    return client.v1.subscriptions.create(params)


def a_subscription_item(client: stripe.StripeClient) -> Any:
    return a_subscription(client)["items"].data[0]


def a_portal_session(client: stripe.StripeClient) -> Any:
    customer = client.v1.customers.create({}).id
    params: Any = {"customer": customer, "return_url": "https://shop.test/"}
    return client.v1.billing_portal.sessions.create(params)


def a_portal_configuration(client: stripe.StripeClient) -> Any:
    features: Any = {"subscription_cancel": {"enabled": True}}
    return client.v1.billing_portal.configurations.create({"features": features})


MAKERS: dict[Callable[[stripe.StripeClient], Any], Any] = {
    a_product: stripe.Product,
    a_price: stripe.Price,
    a_recurring_price: stripe.Price,
    a_coupon: stripe.Coupon,
    a_promotion_code: stripe.PromotionCode,
    a_tax_rate: stripe.TaxRate,
    a_session: checkout.Session,
    a_paid_session: checkout.Session,
    a_session_line: stripe.LineItem,
    an_invoice_item: stripe.InvoiceItem,
    a_draft_invoice: stripe.Invoice,
    an_open_invoice: stripe.Invoice,
    a_paid_invoice: stripe.Invoice,
    an_invoice_line: stripe.InvoiceLineItem,
    an_invoice_payment: stripe.InvoicePayment,
    a_discount: stripe.Discount,
    a_subscription: stripe.Subscription,
    a_subscription_item: stripe.SubscriptionItem,
    a_portal_session: billing_portal.Session,
    a_portal_configuration: billing_portal.Configuration,
}


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_an_answer_has_the_fields_the_sdk_names(
    client: stripe.StripeClient, make: Callable[[stripe.StripeClient], Any]
) -> None:
    assert faults(MAKERS[make], make(client).to_dict()) == []
