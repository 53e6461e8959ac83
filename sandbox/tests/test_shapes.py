"""Every object answers with the fields, nesting and types the SDK's typed resources name."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from stripe._stripe_object import StripeObject

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
    address = {"city": "Los Angeles", "country": "US"}
    return client.v1.customers.create(
        {
            "email": "ana@example.com",
            "address": address,
            "shipping": {"name": "A", "address": address},
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


@pytest.mark.parametrize(("resource", "make"), OBJECTS, ids=lambda v: getattr(v, "__name__", ""))
def test_an_answer_has_the_fields_the_sdk_names(
    client: stripe.StripeClient, resource: type[StripeObject], make: Make
) -> None:
    assert faults(resource, make(client).to_dict()) == []
