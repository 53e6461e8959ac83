"""What every call shares: keys, errors, versions, idempotency, expansion, lists, metadata."""

import base64
import threading
import urllib.error
import urllib.request
from typing import Any, cast

import pytest
import stripe

from sandbox.tests.conftest import KEY, Sandbox
from sandbox.tests.paying import error, pay, types


def test_a_call_without_a_key_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{sandbox.url}/v1/customers")
    assert refused.value.code == 401
    assert b"You did not provide an API key" in refused.value.read()


def test_a_live_or_wrong_key_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        sandbox.client("sk_live_abcdefgh12345678").v1.customers.list()
    assert error(refused) == {
        "status": 401,
        "type": "invalid_request_error",
        "message": "Invalid API Key provided: sk_live_************5678",
    }


def test_a_publishable_key_reads_an_intent_only_with_its_secret(sandbox: Sandbox) -> None:
    secret, public = sandbox.client(), sandbox.client("pk_test_abc")
    intent = secret.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
    shown = public.v1.payment_intents.retrieve(
        intent.id, {"client_secret": str(intent.client_secret)}
    )
    assert shown.id == intent.id
    with pytest.raises(stripe.InvalidRequestError):
        public.v1.payment_intents.retrieve(intent.id, {"client_secret": "guessed"})
    with pytest.raises(stripe.PermissionError):
        public.v1.customers.list()


@pytest.mark.parametrize(
    ("params", "told"),
    [
        (
            {"nonsense": "x"},
            {
                "code": "parameter_unknown",
                "param": "nonsense",
                "message": "Received unknown parameter: nonsense",
            },
        ),
        (
            {"address": {"planet": "x"}},
            {
                "code": "parameter_unknown",
                "param": "address[planet]",
                "message": "Received unknown parameter: address[planet]",
            },
        ),
        (
            {"balance": "much"},
            {
                "code": "parameter_invalid_integer",
                "param": "balance",
                "message": "Invalid integer: much",
            },
        ),
        (
            {"tax_exempt": "maybe"},
            {
                "param": "tax_exempt",
                "message": "Invalid tax_exempt: must be one of exempt, none, or reverse",
            },
        ),
        (
            {"shipping": {"address": {"city": "LA"}}},
            {
                "code": "parameter_missing",
                "param": "shipping[name]",
                "message": "Missing required param: shipping[name].",
            },
        ),
    ],
)
def test_a_wrong_parameter_is_named(
    client: stripe.StripeClient, params: Any, told: dict[str, Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.create(params)
    assert error(refused) == {"status": 400, "type": "invalid_request_error", **told}


def test_an_unknown_url_is_said_to_be_one(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.raw_request("get", "/v1/nothing")
    assert refused.value.http_status == 404
    assert "Unrecognized request URL (GET: /v1/nothing)" in str(refused.value)


def test_an_answer_carries_request_id_and_version(client: stripe.StripeClient) -> None:
    answer = cast("Any", client.v1.customers.list().last_response)
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-08-26.dahlia"


def test_the_same_key_and_parameters_replay_the_answer(client: stripe.StripeClient) -> None:
    first = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k1"})
    again = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k1"})
    assert again.id == first.id
    assert cast("Any", again.last_response).headers["Idempotent-Replayed"] == "true"
    assert types(client) == ["customer.created"]


def test_the_same_key_with_another_body_or_path_is_refused(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k2"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.customers.create({"name": "Bob"}, {"idempotency_key": "k2"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.products.create({"name": "Ana"}, {"idempotency_key": "k2"})


def test_a_failed_validation_does_not_use_up_the_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create(cast("Any", {"nme": "Ana"}), {"idempotency_key": "k3"})
    assert client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k3"}).name == "Ana"


def test_a_decline_replays_as_a_decline(client: stripe.StripeClient) -> None:
    told = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            client.v1.payment_intents.create(
                {
                    "amount": 2000,
                    "currency": "usd",
                    "confirm": True,
                    "payment_method": "pm_card_chargeDeclined",
                    "payment_method_types": ["card"],
                },
                {"idempotency_key": "k4"},
            )
        told.append(cast("Any", refused.value.error).charge)
    assert told[0] == told[1]
    assert types(client).count("charge.failed") == 1


def test_a_key_in_flight_is_a_conflict(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    slow = [{"kind": "latency", "path": "/v1/customers", "method": "POST", "seconds": 0.6}]
    sandbox.control("POST", "faults", {"api": slow})
    first = threading.Thread(
        target=client.v1.customers.create, args=({"name": "Ana"}, {"idempotency_key": "k5"})
    )
    first.start()
    threading.Event().wait(0.2)
    with pytest.raises(stripe.StripeError) as refused:
        client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "k5"})
    first.join()
    assert (error(refused)["status"], error(refused)["code"]) == (409, "idempotency_key_in_use")


def test_lists_page_forwards_and_backwards(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(5)][::-1]
    first = client.v1.customers.list({"limit": 2})
    assert ([c.id for c in first], first.has_more) == (made[:2], True)
    second = client.v1.customers.list({"limit": 2, "starting_after": made[1]})
    assert [c.id for c in second] == made[2:4]
    back = client.v1.customers.list({"limit": 2, "ending_before": made[4]})
    assert ([c.id for c in back], back.has_more) == (made[2:4], True)
    assert [c.id for c in client.v1.customers.list({"limit": 2}).auto_paging_iter()] == made
    assert [c.id for c in client.v1.customers.list({"email": "3@example.com"})] == [made[1]]


def test_lists_filter_by_when_something_was_created(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({})
    assert len(client.v1.customers.list({"created": {"gte": made.created}})) == 1
    assert len(client.v1.customers.list({"created": {"gt": made.created + 10}})) == 0


def test_a_limit_over_a_hundred_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="less than or equal to 100"):
        client.v1.customers.list({"limit": 101})


def test_expand_reaches_through_objects_and_lists(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Ana"})
    pay(client, customer=customer.id)
    page = client.v1.payment_intents.list(
        {"expand": ["data.customer", "data.latest_charge.balance_transaction"]}
    )
    charge = cast("Any", page.data[0].latest_charge)
    assert cast("Any", page.data[0].customer).name == "Ana"
    assert charge.balance_transaction.net == 1912
    with_refunds = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert cast("Any", with_refunds.refunds).data == []
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.charges.retrieve(charge.id, {"expand": ["nonsense"]})


def test_metadata_merges_and_unsets(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"metadata": {"a": "1", "b": "2", "0": "zero"}})
    changed = client.v1.customers.update(made.id, {"metadata": {"a": "", "c": "3"}})
    assert cast("Any", changed.metadata).to_dict() == {"b": "2", "0": "zero", "c": "3"}
    emptied = client.v1.customers.update(made.id, {"metadata": ""})
    assert cast("Any", emptied.metadata).to_dict() == {}


def test_an_update_tells_what_was_before(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"name": "Ana", "metadata": {"a": "1"}})
    client.v1.customers.update(
        made.id, {"name": "Eva", "metadata": {"a": "2"}}, {"idempotency_key": "k6"}
    )
    event = client.v1.events.list({"type": "customer.updated"}).data[0].to_dict()
    assert event["data"]["previous_attributes"] == {"name": "Ana", "metadata": {"a": "1"}}
    assert event["data"]["object"]["name"] == "Eva"
    assert event["request"]["idempotency_key"] == "k6"


def test_an_update_without_a_change_says_nothing(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"name": "Ana"})
    client.v1.customers.update(made.id, {"name": "Ana"})
    assert types(client) == ["customer.created"]


def test_a_deleted_customer_leaves_a_stub(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({})
    client.v1.customers.delete(made.id)
    stub = {"id": made.id, "object": "customer", "deleted": True}
    assert client.v1.customers.retrieve(made.id).to_dict() == stub
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.update(made.id, {"name": "x"})


def test_basic_auth_works_as_bearer_does(sandbox: Sandbox) -> None:
    token = base64.b64encode(f"{KEY}:".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    request = urllib.request.Request(f"{sandbox.url}/v1/balance", headers=headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
