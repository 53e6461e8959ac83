"""Stripe's books against ours: each difference names the object and both values."""

from typing import Any, NamedTuple

from devstack.chaos.client import Client
from devstack.chaos.our_books import NEVER, our_books
from devstack.chaos.stripes_books import StripesBooks


class Difference(NamedTuple):
    """One object that the two sides tell differently; None is "does not exist there"."""

    kind: str
    key: str
    stripe: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: Stripe says {self.stripe}, we say {self.ours}"


class Verdict(NamedTuple):
    """How many objects were compared, by kind, and what differs."""

    compared: dict[str, int]
    differences: list[Difference]


def compare(client: Client) -> Verdict:
    """Hold everything against Stripe's own state."""
    stripe, ours = StripesBooks(client).books(), our_books(client)
    compared: dict[str, int] = {}
    for kind, _ in stripe:
        compared[kind] = compared.get(kind, 0) + 1
    differences = [
        _difference(kind, key, stripe.get((kind, key)), ours.get((kind, key)))
        for kind, key in sorted(stripe.keys() | ours.keys())
        if stripe.get((kind, key)) != ours.get((kind, key))
    ]
    return Verdict(compared, differences + forbidden(client))


def forbidden(client: Client) -> list[Difference]:
    """Return what must never be, whatever Stripe says."""
    return [
        Difference(rule, str(key), None, value)
        for rule, query in NEVER.items()
        for key, value in client.sql(query)
    ]


def _difference(
    kind: str, key: str, stripe: dict[str, Any] | None, ours: dict[str, Any] | None
) -> Difference:
    """Keep the fields that differ."""
    if stripe is None or ours is None:
        return Difference(kind, key, stripe, ours)
    fields = [name for name in stripe if stripe[name] != ours.get(name)]
    return Difference(
        kind, key, {name: stripe[name] for name in fields}, {name: ours[name] for name in fields}
    )
