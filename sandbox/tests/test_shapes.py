"""Every object answers with the fields, nesting and types the SDK's typed resources name."""

from collections.abc import Callable
from typing import Any, cast

import pytest
import stripe
from stripe._stripe_object import StripeObject

from sandbox.tests.paying import pay, press
from sandbox.tests.shapes import faults

Make = Callable[[stripe.StripeClient], Any]
OBJECTS: list[tuple[type[StripeObject], Make]] = []


def example(resource: type[StripeObject]) -> Callable[[Make], Make]:
    """Add an object type: ``make(client)`` returns one as the SDK's object."""

    def register(make: Make) -> Make:
        OBJECTS.append((resource, make))
        return make

    return register


@example(stripe.Customer)
def a_customer(client: stripe.StripeClient) -> Any:
    address: Any = {"city": "Los Angeles", "country": "US"}
    return client.v1.customers.create(
        {
            "email": "ana@example.com",
            "address": address,
            "shipping": {"name": "Ana", "address": address},
        }
    )


@example(stripe.Event)
def an_event(client: stripe.StripeClient) -> Any:
    client.v1.customers.create({})
    return client.v1.events.list({"limit": 1}).data[0]


@example(stripe.WebhookEndpoint)
def an_endpoint(client: stripe.StripeClient) -> Any:
    return client.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["customer.created"]}
    )


@example(stripe.PaymentMethod)
def a_payment_method(client: stripe.StripeClient) -> Any:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    return client.v1.customers.payment_methods.list(customer.id).data[0]


@example(stripe.PaymentIntent)
def a_paid_intent(client: stripe.StripeClient) -> Any:
    shipping = {"name": "Ana", "address": {"line1": "1 Main St"}}
    return pay(client, shipping=shipping, metadata={"a": "b"})


@example(stripe.PaymentIntent)
def an_intent_awaiting_authentication(client: stripe.StripeClient) -> Any:
    return pay(client, "pm_card_authenticationRequired", return_url="https://shop.test/")


@example(stripe.PaymentIntent)
def a_declined_intent(client: stripe.StripeClient) -> Any:
    with pytest.raises(stripe.CardError):
        pay(client, "pm_card_chargeDeclined")
    return client.v1.payment_intents.list().data[0]


@example(stripe.SetupIntent)
def a_setup_intent(client: stripe.StripeClient) -> Any:
    return client.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True})


@example(stripe.Charge)
def a_charge(client: stripe.StripeClient) -> Any:
    pay(client)
    return client.v1.charges.list().data[0]


@example(stripe.Charge)
def an_authenticated_charge(client: stripe.StripeClient) -> Any:
    intent = pay(client, "pm_card_threeDSecure2Required", return_url="https://shop.test/")
    press(cast("Any", intent.next_action).redirect_to_url.url, "authorize")
    return client.v1.charges.list().data[0]


@example(stripe.Charge)
def a_failed_charge(client: stripe.StripeClient) -> Any:
    a_declined_intent(client)
    return client.v1.charges.list().data[0]


@example(stripe.BalanceTransaction)
def a_balance_transaction(client: stripe.StripeClient) -> Any:
    pay(client)
    return client.v1.balance_transactions.list().data[0]


@example(stripe.Balance)
def the_balance(client: stripe.StripeClient) -> Any:
    pay(client)
    return client.v1.balance.retrieve()


@example(stripe.Refund)
def a_refund(client: stripe.StripeClient) -> Any:
    intent = pay(client, "pm_card_pendingRefund")
    return client.v1.refunds.create({"payment_intent": intent.id, "reason": "duplicate"})


@example(stripe.Dispute)
def a_dispute(client: stripe.StripeClient) -> Any:
    pay(client, "pm_card_createDispute")
    dispute = client.v1.disputes.list().data[0]
    return client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ana"}})


@example(stripe.radar.EarlyFraudWarning)
def a_fraud_warning(client: stripe.StripeClient) -> Any:
    pay(client, "pm_card_createIssuerFraudRecord")
    return client.v1.radar.early_fraud_warnings.list().data[0]


@example(stripe.Payout)
def a_payout(client: stripe.StripeClient) -> Any:
    pay(client, "pm_card_bypassPending")
    return client.v1.payouts.create({"amount": 500, "currency": "usd"})


@example(stripe.Account)
def the_account(client: stripe.StripeClient) -> Any:
    return client.v1.accounts.retrieve_current()


@example(stripe.Token)
def a_token(client: stripe.StripeClient) -> Any:
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    return client.v1.tokens.create(cast("Any", {"card": card}))


@pytest.mark.parametrize(("resource", "make"), OBJECTS, ids=lambda v: getattr(v, "__name__", ""))
def test_an_answer_has_the_fields_the_sdk_names(
    client: stripe.StripeClient, resource: type[StripeObject], make: Make
) -> None:
    assert faults(resource, make(client).to_dict()) == []
