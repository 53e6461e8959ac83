"""``expand[]``: ids become objects, at any depth, through lists too."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import invalid
from sandbox.store import Body, Store

# Lists Stripe leaves out until asked for: (object, field) -> what builds the list.
ON_DEMAND: dict[tuple[str, str], Callable[[Store, Body], Any]] = {}


def on_demand(kind: str, field: str) -> Callable[..., Any]:
    """Register what ``expand[]=field`` adds to objects of a kind, e.g. a charge's refunds."""

    def register(build: Callable[[Store, Body], Any]) -> Callable[[Store, Body], Any]:
        ON_DEMAND[kind, field] = build
        return build

    return register


def expand(store: Store, body: Body, paths: list[str]) -> Body:
    """``body`` with every path expanded; 400 for a path that leads nowhere."""
    for path in paths:
        _walk(store, body, path.split("."), path)
    return body


def _walk(store: Store, node: Any, steps: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(store, item, steps, path)
    if not isinstance(node, dict) or not steps:
        return
    name, *rest = steps
    build = ON_DEMAND.get((node.get("object", ""), name))
    if build and name not in node:
        node[name] = build(store, node)
    elif isinstance(node.get(name), str):
        node[name] = _target(store, node[name], path)
    elif isinstance(node.get(name), list):
        node[name] = [_target(store, x, path) if isinstance(x, str) else x for x in node[name]]
    elif name not in node:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    _walk(store, node[name], rest, path)


def _target(store: Store, id_: str, path: str) -> Body:
    found = store.load(id_)
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    return found
