"""Events: what happened, with the object as it was at that moment."""

import copy
from functools import cache
from typing import Any, get_args

import stripe
from stripe._api_version import _ApiVersion

from sandbox import delivery, ids
from sandbox.shape import annotations, complete
from sandbox.store import Body, Store


def emit(store: Store, kind: str, body: Body, request: Body, previous: Body | None = None) -> Body:
    """Store the event and queue its deliveries; they start when the transaction commits.

    Raises ``KeyError`` for a type Stripe does not have.
    """
    if kind not in known_types():
        raise KeyError(kind)
    data: Body = {"object": public(body)}
    if previous is not None:
        data["previous_attributes"] = public(previous)
    event = complete(
        stripe.Event,
        {
            "id": ids.new("evt"),
            "object": "event",
            "api_version": _ApiVersion.CURRENT,
            "created": ids.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": request,
            "type": kind,
        },
    )
    event["data"] = data
    event["pending_webhooks"] = delivery.queue(store, event)
    return store.save(event)


@cache
def known_types() -> frozenset[str]:
    """Every event type the SDK's contract names."""
    return frozenset(get_args(annotations(stripe.Event)["type"]))


def public(value: Any) -> Any:
    """A deep copy without the sandbox's private ``_…`` keys."""
    if isinstance(value, dict):
        return {k: public(v) for k, v in value.items() if not k.startswith("_")}
    if isinstance(value, list):
        return [public(item) for item in value]
    return copy.copy(value)


def difference(before: Body, after: Body) -> Body:
    """``previous_attributes``: the old values of what changed, hashes by their changed keys."""
    changed: Body = {}
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old == new or key.startswith("_"):
            continue
        both = isinstance(old, dict) and isinstance(new, dict)
        changed[key] = difference(old or {}, new or {}) if both else old
    return changed
