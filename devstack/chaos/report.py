"""What happened, in one table."""

from collections import Counter
from collections.abc import Iterator

from devstack.chaos.client import Client
from devstack.chaos.compare import Verdict

SHOWN = 40


def lines(client: Client, tally: Counter[str], verdict: Verdict) -> Iterator[str]:
    """Yield the table, and each difference with both values."""
    for title, rows in (
        ("What people did", _people(tally)),
        ("Stripe's events", events(client)),
        ("What went wrong", _trouble(client, tally)),
        ("Compared with Stripe", verdict.compared),
    ):
        yield f"\n  {title}"
        yield from (f"    {name:<44} {count:>7,}" for name, count in sorted(rows.items()))
    yield f"\n  {'DIFFERENCES':<46} {len(verdict.differences):>7,}"
    yield from (f"    {difference}" for difference in verdict.differences[:SHOWN])


def events(client: Client) -> dict[str, int]:
    """Return how many events Stripe made, and what became of their deliveries."""
    found = client.control("GET", "state")
    made, states = found["objects"].get("event", 0), found["deliveries"]
    return {
        "made": made,
        "deliveries, copies included": sum(states.values()),
        "copies": sum(states.values()) - made,
        "deliveries dropped": states.get("dropped", 0),
        "deliveries given up": states.get("failed", 0),
    }


def _people(tally: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in tally.items() if not _is_trouble(name)}


def _trouble(client: Client, tally: Counter[str]) -> dict[str, int]:
    met = client.control("GET", "state")["faults"]
    ours = {name: count for name, count in tally.items() if _is_trouble(name)}
    return ours | {f"API faults met: {kind}": count for kind, count in met.items()}


def _is_trouble(name: str) -> bool:
    marks = ("our API:", "Stripe:", "SIGKILL", "Redis", "database", "gave up")
    return name.startswith(marks)
