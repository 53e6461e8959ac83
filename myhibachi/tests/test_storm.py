"""Deliveries late, threefold and backwards, with the worker killed half-way."""

import pytest

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for

PARTIES = 6
LEDGER = """
    SELECT b.reference, e.kind, sum(e.amount)::int, count(*)::int
    FROM payments_ledgerentry e JOIN bookings_booking b ON b.id = e.booking_id
    WHERE b.reference = ANY(%s) GROUP BY 1, 2 ORDER BY 1, 2
"""
UNDONE = "SELECT count(*) FROM payments_webhookevent WHERE state <> ALL(%s)"
DONE = ["processed", "ignored"]


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def test_everything_three_times_backwards_and_a_killed_worker_end_in_stripes_own_figures(
    client: Client,
):
    client.control("POST", "faults", {"webhooks": {"hold": True}})
    bookings = [client.book() for _ in range(PARTIES)]
    intents = {b["reference"]: client.pay_deposit(b) for b in bookings}
    for booking, amount in zip(bookings, (1000, 2500, 10000), strict=False):
        intent = intents[booking["reference"]]
        client.stripe("POST", "refunds", payment_intent=intent, amount=amount)

    client.control("DELETE", "faults")
    client.control("POST", "deliver", {"order": "reversed", "copies": 3})
    wait_for(lambda: client.sql("SELECT 1 FROM payments_webhookevent WHERE state = 'processed'"))
    client.stack.kill_worker()
    client.stack.start_worker()
    wait_for(lambda: _held(client) == 0 and client.sql(UNDONE, DONE) == [(0,)])
    wait_for(lambda: _ledger(client, bookings) == _stripes_figures(client, intents))

    paid = {
        b["reference"]: client.api("GET", f"bookings/{b['id']}", token="dev-token")["paid"]
        for b in bookings
    }
    assert list(paid.values()) == [9000, 7500, 0, 10000, 10000, 10000]


def _held(client: Client) -> int:
    states = client.control("GET", "deliveries")
    rows = states["data"] if isinstance(states, dict) else states
    return sum(row["state"] in ("held", "new", "pending") for row in rows)


def _ledger(client: Client, bookings: list[Json]) -> list[tuple[str, str, int, int]]:
    found = client.sql(LEDGER, [booking["reference"] for booking in bookings])
    return [(reference, kind, amount, count) for reference, kind, amount, count in found]


def _stripes_figures(client: Client, intents: dict[str, str]) -> list[tuple[str, str, int, int]]:
    """Work out, from Stripe's balance transactions alone, what the ledger has to say."""
    figures = []
    for reference, intent_id in intents.items():
        charge = client.stripe(
            "GET", "charges", payment_intent=intent_id, **{"expand[]": "data.balance_transaction"}
        )["data"][0]["balance_transaction"]
        figures += [
            (reference, "charge", charge["amount"], 1),
            (reference, "fee", -charge["fee"], 1),
        ]
        refunds = client.stripe("GET", "refunds", payment_intent=intent_id)["data"]
        if refunds:
            total = -sum(refund["amount"] for refund in refunds)
            figures.append((reference, "refund", total, len(refunds)))
    return sorted(figures)
