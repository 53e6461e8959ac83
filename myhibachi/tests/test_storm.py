"""Deliveries late, threefold and backwards, a killed worker; and a small storm of all kinds.

`make chaos` is the large one: it crashes the database, Redis and the web server too.
"""

import random
from collections import Counter

import pytest

from devstack.chaos import client as chaos
from devstack.chaos.compare import Difference, compare
from devstack.chaos.storm import Plan, calm, rage
from devstack.chaos.trouble import Sky, flush_redis, plan
from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for

PARTIES = 6
GUESTS = 8
# What our own repetition has to absorb: it was done, and we were not told.
LOST_ANSWER = {"kind": "reset_after", "path": "/v1/*", "method": "POST", "times": 1}
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


def test_a_small_storm_ends_in_stripes_own_books(stack: RunningStack):
    storm = Plan(
        seed=2,
        guests=GUESTS,
        seconds=4,
        deeds={"other weather": 3, "kill the worker": 1, "flush Redis": 2, "lost answer": 3},
    )
    rng, tally = random.Random(storm.seed), Counter[str]()
    sky = Sky(chaos.Client(stack, tally=tally, seed="storm"), rng=rng, tally=tally)

    def restart_worker() -> None:
        stack.kill_worker()
        stack.start_worker()

    def lose_an_answer() -> None:
        sky.client.control("POST", "faults", {"api": [LOST_ANSWER]})

    deeds = {
        "other weather": sky.change_weather,
        "kill the worker": restart_worker,
        "flush Redis": lambda: flush_redis(stack.environment["REDIS_URL"]),
        "lost answer": lose_an_answer,
    }
    sky.change_weather()

    met = rage(stack, storm, deeds, plan(storm.deeds, seconds=4, rng=rng), say=print)
    # The sweeper takes a call up after a minute, and comes round each half.
    verdict = calm(stack, sky, patience=150, say=print, hurry=True)

    assert verdict.differences == []
    assert met["bookings"] == GUESTS
    assert verdict.compared["ledger"] > GUESTS


def test_one_cent_more_would_have_been_noticed(client: Client):
    booking = client.book()
    intent = client.pay_deposit(booking)
    wait_for(lambda: client.payment(booking)["fee"])
    outside = chaos.Client(client.stack, tally=Counter(), seed="planted")
    before = compare(outside).differences

    change = "UPDATE payments_payment SET {} WHERE stripe_payment_intent_id = %s RETURNING id"
    client.sql(change.format("amount = amount + 1"), intent)
    [more] = [found for found in compare(outside).differences if found not in before]
    client.sql(change.format("amount = amount - 1"), intent)
    after = compare(outside).differences

    assert more == Difference("payment", intent, {"amount": 10000}, {"amount": 10001})
    assert after == before


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
