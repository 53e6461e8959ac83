"""Completes answers so that they carry every field the SDK's typed resources name."""

import ast
import functools
import importlib
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast, get_args, get_origin

import stripe
from stripe._stripe_object import StripeObject

Body = dict[str, Any]
Plan = dict[str, tuple[bool, "type[StripeObject] | None", "type[StripeObject] | None"]]

P = ParamSpec("P")
R = TypeVar("R")

# Lists and markers Stripe sends only when asked for, or only on a deleted object.
INCLUDED_ON_DEMAND = {
    "confirmation_secret",
    "currency_options",
    "deleted",
    "line_items",
    "payments",
    "previous_attributes",
    "refunds",
    "sources",
    "subscriptions",
    "tax_ids",
    "tiers",
}


def remembered(work: Callable[P, R]) -> Callable[P, R]:
    """``functools.cache`` for arguments whose types do not say that they hash (SDK classes)."""
    return cast("Callable[P, R]", functools.cache(work))


# Hashes that carry, beside ``type``, only the one hash of that type.
KEYED_BY_TYPE = {
    "DestinationDetails",
    "NextAction",
    "Payment",
    "PaymentMethodDetails",
    "PaymentMethodOptions",
}


@remembered
def _checker_imports(module: str) -> dict[str, Any]:
    """What the SDK's module imports for type checkers only: its quoted annotations name it."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    names: dict[str, Any] = {}
    for block in blocks:
        for line in (n for n in block.body if isinstance(n, ast.ImportFrom) and n.module):
            source = importlib.import_module(str(line.module))
            names |= {
                alias.asname or alias.name: getattr(source, alias.name) for alias in line.names
            }
    return names


def complete(resource: type[StripeObject], body: Mapping[str, Any]) -> Body:
    """``body`` plus a null for every optional field left out, at every depth.

    Raises ``KeyError`` for a field the resource always has and ``body`` lacks. Private keys
    (``_…``) pass through.
    """
    plan = fields(resource)
    full: Body = {}
    for name, (optional, nested, items) in plan.items():
        if name in body:
            full[name] = _nested(body[name], nested, items)
        elif not optional:
            raise KeyError(f"{resource.__qualname__}.{name}")
        elif name not in absent(resource):
            full[name] = None
    return full | {k: v for k, v in body.items() if k not in plan}


def _nested(value: Any, nested: "type[StripeObject] | None", items: Any) -> Any:
    if nested and isinstance(value, dict) and "object" not in value:
        return complete(nested, value)
    if items and isinstance(value, list):
        return [_nested(item, items, None) for item in value]
    return value


@remembered
def fields(resource: type[StripeObject]) -> Plan:
    """Per annotated field: may it be null, the class it nests, the class its list holds."""
    hints = annotations(resource)
    return {name: _reading(hint) for name, hint in hints.items()}


@remembered
def annotations(resource: type[StripeObject]) -> dict[str, Any]:
    """The resource's own resolved annotations."""
    own = inspect.get_annotations(resource)
    renamed = getattr(resource, "_field_remappings", {})
    hints = typing.get_type_hints(resource, localns=_checker_imports(resource.__module__))
    return {renamed.get(k, k): hints[k] for k in own if k[0] != "_" and k.islower()}


def _reading(hint: Any) -> tuple[bool, Any, Any]:
    args = get_args(hint) if get_origin(hint) is typing.Union else (hint,)
    optional = type(None) in args
    nested = next((a for a in args if _is_resource(a)), None)
    lists = (get_args(a)[0] for a in args if get_origin(a) is list)
    items = next((a for a in lists if _is_resource(a)), None)
    return optional, nested, items


def _is_resource(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, StripeObject)


@remembered
def method_types() -> frozenset[str]:
    """Every payment method type; a hash of that name is sent only for that type."""
    literal = get_args(annotations(stripe.PaymentMethod)["type"])[0]
    return frozenset(get_args(literal))


@remembered
def absent(resource: type[StripeObject]) -> frozenset[str]:
    """Optional fields that are left out rather than null when they do not apply."""
    plan = fields(resource)
    if resource.__name__ in KEYED_BY_TYPE:
        return frozenset(name for name, (optional, *_) in plan.items() if optional)
    if resource is stripe.PaymentMethod:
        return method_types()
    return frozenset(INCLUDED_ON_DEMAND)
