"""The API misbehaves on demand, and a client that retries with its key comes through."""

import urllib.error
from typing import Any

import pytest
import stripe

from sandbox.tests.conftest import Sandbox
from sandbox.tests.paying import types


def break_customers(sandbox: Sandbox, kind: str, **more: Any) -> None:
    fault = {"kind": kind, "path": "/v1/customers*", "method": "POST", **more}
    sandbox.control("POST", "faults", {"api": [fault]})


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("429", stripe.RateLimitError),
        ("500", stripe.APIError),
        ("reset", stripe.APIConnectionError),
    ],
)
def test_a_fault_strikes_once_and_executes_nothing(
    sandbox: Sandbox, client: stripe.StripeClient, kind: str, raised: type[Exception]
) -> None:
    break_customers(sandbox, kind)
    with pytest.raises(raised):
        client.v1.customers.create({})
    assert client.v1.customers.list().data == []
    assert client.v1.customers.create({}).id


def test_a_lost_answer_is_replayed_to_the_retry(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    break_customers(sandbox, "reset_after")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "lost"})
    again = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "lost"})
    assert [c.id for c in client.v1.customers.list()] == [again.id]
    assert types(client) == ["customer.created"]


def test_the_sdk_retries_by_itself(sandbox: Sandbox) -> None:
    break_customers(sandbox, "500", times=1)
    client = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": sandbox.url}, max_network_retries=1
    )
    assert client.v1.customers.create({}).id
    assert len(client.v1.customers.list()) == 1


def test_a_timeout_executes_nothing(sandbox: Sandbox) -> None:
    break_customers(sandbox, "timeout", seconds=0.5)
    impatient = sandbox.client(http_client=stripe.RequestsClient(timeout=0.2))
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.customers.create({})
    assert sandbox.client().v1.customers.list().data == []


def test_faults_end_when_told_to(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    break_customers(sandbox, "500", times=99)
    sandbox.control("DELETE", "faults")
    assert client.v1.customers.create({}).id


def test_a_fault_nobody_knows_is_refused(sandbox: Sandbox) -> None:
    for wrong in ({"api": [{"kind": "flood"}]}, {"webhooks": {"vanish": True}}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            sandbox.control("POST", "faults", wrong)
        assert refused.value.code == 400


@pytest.mark.parametrize(("kind", "made"), [("500_kept", 0), ("500_after", 1)])
def test_an_error_may_be_kept_under_its_key(
    sandbox: Sandbox, client: stripe.StripeClient, kind: str, made: int
) -> None:
    break_customers(sandbox, kind)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as refused:
            client.v1.customers.create({}, {"idempotency_key": "broken"})
    assert refused.value.headers
    assert refused.value.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.customers.list()) == made
