"""Stripe's own command line triggers every event the product listens to that the CLI knows."""

import subprocess
import time
from collections.abc import Callable

import pytest

from sandbox.tests.conftest import KEY, Sandbox

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
# One of each way that a trigger takes.
QUICK = [
    "charge.dispute.created",
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.payment_failed",
    "payment_intent.requires_action",
]
THOROUGH = [
    "charge.dispute.closed",
    "charge.dispute.updated",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.expired",
    "customer.created",
    "customer.deleted",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payout.created",
    "price.created",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
]


@pytest.mark.parametrize(
    "event_type", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in THOROUGH)]
)
def test_the_official_cli_triggers(stripe_cli: Cli, sandbox: Sandbox, event_type: str) -> None:
    done = stripe_cli("trigger", event_type, api_base=sandbox.url, api_key=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    until = time.monotonic() + 10
    while not sandbox.client().v1.events.list({"type": event_type}).data:
        assert time.monotonic() < until, f"no {event_type}"
        time.sleep(0.05)
