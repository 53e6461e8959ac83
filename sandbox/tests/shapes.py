"""Compares an answer with the SDK's annotations, independently of what built the answer."""

import typing
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from stripe._stripe_object import StripeObject, UntypedStripeObject

from sandbox.shape import absent, annotations


def faults(resource: type[StripeObject], answer: dict[str, Any], at: str = "") -> list[str]:
    """Every field that is missing, unknown or of another type than annotated."""
    hints = annotations(resource)
    at = at or resource.__qualname__
    found = [f"{at}.{name}: missing" for name in hints if name not in {*answer, *absent(resource)}]
    found += [f"{at}.{name}: not in the SDK" for name in answer if name not in hints]
    for name, value in answer.items():
        if name in hints and not _fits(hints[name], value):
            found.append(f"{at}.{name}: {value!r} is not {hints[name]}")
        if name in hints and not found:
            found += _deeper(hints[name], value, f"{at}.{name}")
    return found


def _fits(hint: Any, value: Any) -> bool:
    origin, args = get_origin(hint), get_args(hint)
    if origin is typing.Union:
        named = any(get_origin(a) is Literal for a in args)
        return any(_fits(a, value) for a in args if not (named and a is str))
    if origin is Literal:
        return value in args
    if origin is list:
        return isinstance(value, list) and all(_fits(args[0], item) for item in value)
    if hint in (Any, None, type(None)):
        return hint is Any or value is None
    return _fits_class(origin or hint, value)


def _fits_class(kind: Any, value: Any) -> bool:
    if kind is dict or issubclass(kind, StripeObject | UntypedStripeObject):
        return isinstance(value, dict)
    if kind in (int, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Decimal:
        # Strings on the wire; the SDK has already made them decimals.
        return isinstance(value, str | Decimal)
    return isinstance(value, kind)


def _deeper(hint: Any, value: Any, at: str) -> list[str]:
    nested = _nested(hint)
    if nested is None:
        return []
    if isinstance(value, dict) and value.get("object") == "list":
        value = value["data"]
    if isinstance(value, list):
        return [f for item in value if isinstance(item, dict) for f in faults(nested, item, at)]
    return faults(nested, value, at) if isinstance(value, dict) else []


def _nested(hint: Any) -> type[StripeObject] | None:
    for arg in (hint, *get_args(hint)):
        inner = get_args(arg)[0] if get_origin(arg) is list else arg
        if isinstance(inner, type) and issubclass(inner, StripeObject) and annotations(inner):
            return inner
    return None
