"""Events reach endpoints: signed, in order, retried, and badly when a test asks for it."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
import stripe

from sandbox.tests.conftest import Inbox, Sandbox
from sandbox.tests.paying import pay

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"]


@pytest.fixture
def endpoint(client: stripe.StripeClient, inbox: Inbox) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})


def test_deliveries_are_signed_as_the_sdk_expects(
    client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    made = client.v1.customers.create({"name": "Ána"})
    inbox.wait(1)
    headers, body = inbox.received[0]
    secret = str(endpoint.secret)
    event = client.construct_event(body, headers["Stripe-Signature"], secret)
    assert (event.type, cast("Any", event.data.object).id) == ("customer.created", made.id)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, headers["Stripe-Signature"], "whsec_other")
    assert client.v1.webhook_endpoints.retrieve(endpoint.id).to_dict().get("secret") is None


def test_a_payment_is_told_in_stripes_order(
    client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    pay(client)
    inbox.wait(4)
    assert inbox.types == PAID
    charged, settled = inbox.events[1], inbox.events[3]
    assert charged["data"]["object"]["balance_transaction"] is None
    assert settled["data"]["previous_attributes"] == {"balance_transaction": None}


def test_a_refused_delivery_comes_again_while_others_go_on(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    inbox.answers = [500]
    client.v1.customers.create({"name": "first"})
    client.v1.products.create({"name": "second"})
    inbox.wait(3)
    assert inbox.types == ["customer.created", "product.created", "customer.created"]
    inbox.settle(sandbox)
    log = sandbox.control("GET", "deliveries")["data"][0]
    assert [(a["status"], a["body"]) for a in log["log"]] == [(500, "noted"), (200, "noted")]
    assert client.v1.events.list({"type": "customer.created"}).data[0].pending_webhooks == 0


def test_a_delivery_that_never_gets_through_is_given_up(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    inbox.answers = [500] * 3
    client.v1.customers.create({})
    inbox.wait(3)
    inbox.settle(sandbox)
    assert sandbox.control("GET", "state")["deliveries"] == {"failed": 1}
    assert len(client.v1.events.list({"delivery_success": False})) == 1
    assert len(client.v1.events.list({"delivery_success": True})) == 0


def test_an_endpoint_gets_only_what_it_asked_for(client: stripe.StripeClient, inbox: Inbox) -> None:
    client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["charge.succeeded"]})
    pay(client)
    inbox.wait(1)
    assert inbox.types == ["charge.succeeded"]


def test_every_endpoint_gets_its_own_signature(client: stripe.StripeClient, inbox: Inbox) -> None:
    secrets = [
        client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]}).secret
        for _ in range(2)
    ]
    client.v1.customers.create({})
    inbox.wait(2)
    signed = [(headers["Stripe-Signature"], body) for headers, body in inbox.received]
    for secret in secrets:
        assert any(_verifies(client, body, header, str(secret)) for header, body in signed)


def _verifies(client: stripe.StripeClient, body: bytes, header: str, secret: str) -> bool:
    try:
        client.construct_event(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True


def test_a_disabled_or_deleted_endpoint_gets_nothing(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    assert client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True}).status == "disabled"
    client.v1.customers.create({})
    client.v1.webhook_endpoints.delete(endpoint.id)
    client.v1.customers.create({})
    assert sandbox.control("GET", "state")["deliveries"] == {}


def test_held_events_are_released_reversed_and_thrice(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    sandbox.control("POST", "faults", {"webhooks": {"hold": True}})
    pay(client)
    assert sandbox.control("POST", "deliver", {"order": "reversed", "copies": 3}) == {
        "released": 12
    }
    inbox.wait(12)
    assert inbox.types == PAID[::-1] * 3
    assert len({event["id"] for event in inbox.events}) == 4


def test_duplicates_are_the_same_event_again(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    sandbox.control("POST", "faults", {"webhooks": {"duplicate": 2}})
    client.v1.customers.create({})
    inbox.wait(3)
    assert len({event["id"] for event in inbox.events}) == 1


def test_reverse_turns_a_burst_around(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    sandbox.control("POST", "faults", {"webhooks": {"reverse": True}})
    pay(client)
    inbox.wait(4)
    assert inbox.types == PAID[::-1]


def test_shuffle_delivers_all_in_some_order(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    sandbox.control("POST", "faults", {"webhooks": {"shuffle": True}, "seed": 7})
    pay(client)
    inbox.wait(4)
    assert sorted(inbox.types) == sorted(PAID)


def test_a_dropped_event_can_be_sent_by_hand(
    sandbox: Sandbox, client: stripe.StripeClient, inbox: Inbox, endpoint: stripe.WebhookEndpoint
) -> None:
    sandbox.control("POST", "faults", {"webhooks": {"drop": 1}})
    client.v1.customers.create({"name": "lost"})
    client.v1.customers.create({"name": "found"})
    inbox.wait(1)
    lost = client.v1.events.list().data[1]
    assert sandbox.control("POST", "resend", {"event": lost.id}) == {"queued": 1}
    inbox.wait(2)
    assert [e["data"]["object"]["name"] for e in inbox.events] == ["found", "lost"]


def test_state_events_and_pending_deliveries_survive_a_restart(
    tmp_path: Path, inbox: Inbox
) -> None:
    options = ("--data", str(tmp_path), "--webhook-url", inbox.url, "--webhook-secret", "whsec_x")
    first = Sandbox(*options)
    first.control("POST", "faults", {"webhooks": {"delay": 0.8}})
    made = first.client().v1.customers.create({"name": "Ana"}, {"idempotency_key": "k"})
    assert first.stop() == 0
    assert inbox.received == []
    second = Sandbox(*options)
    client = second.client()
    again = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k"})
    inbox.wait(1)
    headers, body = inbox.received[0]
    assert client.construct_event(body, headers["Stripe-Signature"], "whsec_x").id
    assert json.loads(body)["data"]["object"]["id"] == made.id == again.id
    assert len(client.v1.webhook_endpoints.list()) == 1
    assert second.stop() == 0
