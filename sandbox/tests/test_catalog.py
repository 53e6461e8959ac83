"""Products, prices, coupons and promotion codes."""

from typing import Any

import pytest
import stripe


def a_price(client: stripe.StripeClient, **more: Any) -> Any:
    params: Any = {
        "currency": "usd",
        "unit_amount": 1500,
        "product_data": {"name": "Noodles"},
        **more,
    }
    return client.v1.prices.create(params)


def types(client: stripe.StripeClient) -> list[str]:
    return [event.type for event in client.v1.events.list().data[::-1]]


def test_a_product_with_a_default_price_is_created_changed_and_kept(
    client: stripe.StripeClient,
) -> None:
    product = client.v1.products.create(
        {"name": "Party", "default_price_data": {"currency": "usd", "unit_amount": 7500}}
    )
    client.v1.products.update(product.id, {"description": "Per adult", "metadata": {"k": "v"}})
    kept = client.v1.products.retrieve(product.id, {"expand": ["default_price"]}).to_dict()
    found = (kept["description"], kept["metadata"], kept["default_price"]["unit_amount"])
    assert found == ("Per adult", {"k": "v"}, 7500)
    with pytest.raises(stripe.InvalidRequestError, match="Archive"):
        client.v1.products.delete(product.id)
    assert types(client) == [
        "product.created",
        "price.created",
        "product.updated",
        "product.updated",
    ]


def test_a_lookup_key_belongs_to_one_price_until_it_is_transferred(
    client: stripe.StripeClient,
) -> None:
    first = a_price(client, lookup_key="noodles")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        a_price(client, lookup_key="noodles")
    second = a_price(client, lookup_key="noodles", transfer_lookup_key=True)
    found = client.v1.prices.list({"lookup_keys": ["noodles"], "expand": ["data.product"]}).data
    assert [(p.id, p.to_dict()["product"]["name"]) for p in found] == [(second.id, "Noodles")]
    assert client.v1.prices.retrieve(first.id).lookup_key is None


def test_the_amount_of_a_price_never_changes(client: stripe.StripeClient) -> None:
    price = a_price(client)
    dearer: Any = {"unit_amount": 1600}
    with pytest.raises(stripe.InvalidRequestError, match="unit_amount"):
        client.v1.prices.update(price.id, dearer)
    archived = client.v1.prices.update(price.id, {"active": False})
    assert (archived.active, archived.unit_amount) == (False, 1500)
    assert [p.id for p in client.v1.prices.list({"active": True}).data] == []


@pytest.mark.parametrize("amounts", [{}, {"percent_off": 10, "amount_off": 100, "currency": "usd"}])
def test_a_coupon_takes_off_a_share_or_an_amount(client: stripe.StripeClient, amounts: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="exactly one"):
        client.v1.coupons.create(amounts)


def test_a_promotion_code_is_found_by_what_the_customer_types(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"amount_off": 500, "currency": "usd", "max_redemptions": 1})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "WELCOME"}
    code = client.v1.promotion_codes.create(promotion)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.v1.promotion_codes.create(promotion)
    found = client.v1.promotion_codes.list({"code": "WELCOME", "active": True}).data
    assert [one.id for one in found] == [code.id]
    assert client.v1.promotion_codes.update(code.id, {"active": False}).active is False


def test_a_subscription_begins_and_ends(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    price = a_price(client, recurring={"interval": "month"})
    made: Any = client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}]}
    )
    invoice: Any = client.v1.invoices.retrieve(made.latest_invoice)
    assert (made.status, invoice.status, invoice.amount_paid) == ("active", "paid", 1500)
    assert invoice.parent.subscription_details.subscription == made.id
    assert client.v1.subscriptions.cancel(made.id).status == "canceled"
    seen = [t for t in types(client) if t.startswith("customer.subscription")]
    assert seen == ["customer.subscription.created", "customer.subscription.deleted"]
