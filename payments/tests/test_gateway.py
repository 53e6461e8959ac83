"""Stripe's errors are ours, on whichever page they come."""

from itertools import islice

import pytest

from payments import gateway
from payments.errors import GatewayUnavailable
from payments.tests import stripe_world as stripe

pytestmark = pytest.mark.usefixtures("sandbox")


def test_an_error_on_the_second_page_is_ours_too(sandbox):
    for number in range(101):
        stripe.call("POST", "customers", name=f"Guest {number}")
    events = gateway.list_events(since=0)

    assert len(list(islice(events, 100))) == 100
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "times": 10}]})
    with pytest.raises(GatewayUnavailable):
        next(events)
