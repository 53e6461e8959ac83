"""Stripe's own command line against the sandbox, all the way into our inbox."""

import pytest

from devstack.testing.fixtures import StripeCli
from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, wait_for


@pytest.mark.parametrize("event_type", ["payment_intent.succeeded", "customer.created"])
def test_an_event_triggered_by_the_official_cli_stands_processed_in_the_inbox(
    stack: RunningStack, stripe_cli: StripeCli, event_type: str
):
    client = Client(stack)
    query = "SELECT state FROM payments_webhookevent WHERE type = %s ORDER BY id DESC LIMIT 1"
    before = client.sql("SELECT count(*) FROM payments_webhookevent WHERE type = %s", event_type)

    done = stripe_cli(
        "trigger",
        event_type,
        api_base=stack.sandbox_url,
        api_key=stack.environment["STRIPE_SECRET_KEY"],
    )

    assert done.returncode == 0, done.stdout + done.stderr
    count = "SELECT count(*) FROM payments_webhookevent WHERE type = %s"
    wait_for(lambda: client.sql(count, event_type) > before)
    wait_for(lambda: client.sql(query, event_type) == [("processed",)])
