"""The storm itself: guests and trouble at once, then calm, then the books."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from devstack.chaos.client import Client, Json, Target
from devstack.chaos.compare import Verdict, compare
from devstack.chaos.guests import FIRST_DAY, LAST_DAY, Guest
from devstack.chaos.trouble import Deeds, Planned, Sky, play

Say = Callable[[str], None]

GUESTS_AT_ONCE = 8
WAITING = "SELECT stripe_event_id FROM payments_webhookevent WHERE state = 'received'"
UNSETTLED = ("new", "pending", "held")


class Plan(NamedTuple):
    """What kind of storm. `deeds` are counts by name."""

    seed: int
    guests: int
    seconds: float
    deeds: dict[str, int]


def rage(
    target: Target, plan: Plan, deeds: Deeds, planned: list[Planned], *, say: Say
) -> Counter[str]:
    """Let guests live and things go wrong; returns what was met. Deeds run in this thread."""
    tally: Counter[str] = Counter()
    next_guest = iter(range(plan.guests))
    began, lock = time.monotonic(), threading.Lock()

    def serve() -> None:
        while True:
            with lock:
                number = next(next_guest, None)
            if number is None:
                return
            at = began + plan.seconds * number / plan.guests
            time.sleep(max(0.0, at - time.monotonic()))
            _guest(target, plan, number, tally).live()
            if number % 50 == 49:
                say(f"guest {number + 1} of {plan.guests} has gone home")

    with ThreadPoolExecutor(GUESTS_AT_ONCE) as pool:
        served = [pool.submit(serve) for _ in range(GUESTS_AT_ONCE)]
        play(deeds, planned, say=say)
        say("it has blown over; the last guests finish what they began")
        for one in served:
            one.result()
    return tally


def _guest(target: Target, plan: Plan, number: int, tally: Counter[str]) -> Guest:
    days = min(max(plan.guests // 6, 2), LAST_DAY - FIRST_DAY)
    people = max(plan.guests // 6, 3)
    name = f"chaos {plan.seed} {number}"
    return Guest(target, name=name, days=days, people=people, tally=tally)


def calm(target: Target, sky: Sky, *, patience: float, say: Say, hurry: bool = False) -> Verdict:
    """End all faults, heal by our own means, and compare until nothing differs or time is up.

    Args:
        hurry: have Stripe resend what waits in the inbox, rather than wait for the sweeper.
    """
    client, deadline = sky.client, time.monotonic() + patience
    sky.clear()
    wait(lambda: _undelivered(client) == 0, until=deadline)
    say("every delivery that is to come has come")
    say(target.manage("backfill_events", "--since", "1h").strip().splitlines()[-1])
    if hurry:
        resend_waiting(client)
    wait(lambda: client.sql(WAITING) == [], until=deadline)
    say("the inbox is empty")
    for difference in compare(client).differences:
        say(f"before reconcile: {difference}")
    say(_reconcile(target))
    while (verdict := compare(client)).differences and time.monotonic() < deadline:
        left = deadline - time.monotonic()
        say(f"{len(verdict.differences)} differences; the sweepers have {left:.0f} s")
        time.sleep(5)
    return verdict


def resend_waiting(client: Client) -> None:
    """Press "resend" in Stripe's dashboard for every event that has come and is not done."""
    for (event,) in client.sql(WAITING):
        client.control("POST", "resend", {"event": event})


def _reconcile(target: Target) -> str:
    """Mend what differs; what is left over shows in our own comparison too."""
    try:
        said = target.manage("reconcile", "--fix")
    except RuntimeError as left_over:
        said = str(left_over)
    return f"reconcile --fix: {said.strip().splitlines()[-1]}"


def wait(done: Callable[[], bool], *, until: float) -> None:
    """Wait until it is true, or time is up: then the comparison will tell."""
    while not done() and time.monotonic() < until:
        time.sleep(0.5)


def _undelivered(client: Client) -> int:
    found: Json = client.control("GET", "state")
    return sum(found["deliveries"].get(state, 0) for state in UNSETTLED)
