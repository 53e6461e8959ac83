"""Two hundred people want the last place of a slot, at the same moment, over real HTTP."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json

PEOPLE = 200
# Accounts that have neither booked nor been registered as customers: logging in is limited.
LOG_IN = """
from customers.api.tokens import log_in
from customers.models import User
from customers.services.sessions import UNKNOWN
for n in range({people}):
    user = User.objects.create_user("rush%s@myhibachi.test" % n, name="Guest %s" % n)
    print("token:", log_in(user, client=UNKNOWN).access_token)
"""
LEFT_BEHIND = """
    WITH rush AS (SELECT id FROM customers_user WHERE email LIKE 'rush%%@myhibachi.test'),
    customer AS (SELECT id FROM customers_customer WHERE user_id IN (SELECT id FROM rush)),
    booking AS (SELECT id FROM bookings_booking WHERE customer_id IN (SELECT id FROM customer))
    SELECT
        (SELECT count(*) FROM rush),
        (SELECT count(*) FROM customer),
        (SELECT count(*) FROM booking),
        (SELECT count(*) FROM core_auditentry WHERE actor_id IN (SELECT id FROM rush)),
        (SELECT count(*) FROM bookings_email WHERE booking_id IN (SELECT id FROM booking)),
        (SELECT array_agg(status) FROM core_idempotencykey WHERE user_id IN (SELECT id FROM rush))
"""
SEATS = """
    SELECT array_agg(seat ORDER BY seat) FROM bookings_booking
    WHERE date = %s AND time = %s AND seat IS NOT NULL
"""


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def test_one_of_two_hundred_gets_the_last_place_and_the_others_hear_of_open_ones(client: Client):
    tokens = log_in(client)
    slot = {**client.party(), "guests": 10}
    client.api("POST", "bookings", slot, token="dev-token")

    answers = rush(client, slot, tokens)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: PEOPLE - 1}
    [won] = [answer.json() for answer in answers if answer.status_code == 201]
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert all(answer == lost[0] for answer in lost)
    [error] = lost[0]["errors"]
    open_slots = error.pop("open_slots")
    assert error == {"code": "slot_full", "detail": "This slot is fully booked.", "attr": "time"}

    assert client.sql(SEATS, slot["date"], slot["time"]) == [([1, 2],)]
    assert client.sql(LEFT_BEHIND) == [(PEOPLE, 1, 1, 1, 1, [201])]
    assert client.api("GET", f"bookings/{won['id']}", token="admin-token")["status"] == "pending"

    assert len(open_slots) == 3
    assert all(hours_between(slot, near) <= 24 for near in open_slots)
    token = tokens[answers.index(next(a for a in answers if a.status_code == 409))]
    for near in open_slots:
        client.api("POST", "bookings", slot | near, token=token)


def log_in(client: Client) -> list[str]:
    printed = client.stack.manage("shell", "-c", LOG_IN.format(people=PEOPLE))
    lines = [line for line in printed.splitlines() if line.startswith("token: ")]
    assert len(lines) == PEOPLE
    return [line.removeprefix("token: ") for line in lines]


def rush(client: Client, slot: Json, tokens: list[str]) -> list[requests.Response]:
    """Send everybody's request once all of them are ready to be sent."""
    together = Barrier(len(tokens))

    def book(token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "the last place"}
        together.wait()
        return requests.post(
            f"{client.stack.url}/api/bookings", json=slot, headers=headers, timeout=120
        )

    with ThreadPoolExecutor(len(tokens)) as people:
        return list(people.map(book, tokens))


def hours_between(one: Json, other: Json) -> float:
    moments = [dt.datetime.fromisoformat(f"{s['date']}T{s['time']}") for s in (one, other)]
    return abs(moments[0] - moments[1]) / dt.timedelta(hours=1)
