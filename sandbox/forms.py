"""Form bodies and query strings: ``a[b][0][c]=x`` becomes nested dicts and lists."""

import re
from collections.abc import Iterable
from typing import Any

PART = re.compile(r"\[([^\[\]]*)\]")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest flat form pairs the way Stripe reads them."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        head, bracket, rest = key.partition("[")
        _plant(tree, [head, *PART.findall(bracket + rest)], value)
    return {key: _lists(key, value) for key, value in tree.items()}


def _plant(tree: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        child = tree.setdefault(_slot(tree, part), {})
        if not isinstance(child, dict):
            child = tree[part] = {}
        tree = child
    tree[_slot(tree, path[-1])] = value


def _slot(tree: dict[str, Any], part: str) -> str:
    """``[]`` appends: it takes the next free number."""
    return part or str(len(tree))


def _lists(key: str, value: Any) -> Any:
    """Dicts whose keys are all numbers are lists, but for metadata, whose keys are free text."""
    if not isinstance(value, dict):
        return value
    children = {k: _lists(k, v) for k, v in value.items()}
    if key == "metadata" or not all(k.isdigit() for k in children):
        return children
    return [children[k] for k in sorted(children, key=int)]


def path_text(path: Iterable[str | int]) -> str:
    """``["line_items", 0, "price"]`` as Stripe writes it: ``line_items[0][price]``."""
    head, *rest = (str(part) for part in path)
    return head + "".join(f"[{part}]" for part in rest)
