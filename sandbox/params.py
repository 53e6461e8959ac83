"""Holds requests against the official SDK's typed parameters.

The SDK's TypedDicts are rebuilt without its own request options, closed (no unknown key) and
with closed enumerations: the SDK leaves ``Literal[…] | str`` open for values of later API
versions, while the API itself refuses what it does not know.
"""

import re
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typing_extensions
from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

from sandbox import errors
from sandbox.forms import path_text

Params = dict[str, Any]
OPTIONS = frozenset(RequestOptions.__annotations__)
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _integer(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    raise PydanticCustomError("integer", "Invalid integer")


def _boolean(value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("boolean", "Invalid boolean")


def _decimal(value: object) -> str:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return value
    raise PydanticCustomError("decimal", "Invalid decimal")


SCALARS: dict[Any, Any] = {
    int: Annotated[int, BeforeValidator(_integer)],
    bool: Annotated[bool, BeforeValidator(_boolean)],
    float: Annotated[str, BeforeValidator(_decimal)],
    Decimal: Annotated[str, BeforeValidator(_decimal)],
}


def validate(contract: type | None, raw: Params) -> Params:
    """The typed parameters, or Stripe's 400 for the first one that is wrong.

    ``contract`` is a class of ``stripe.params``, or None for a call that takes only ``expand``.
    """
    unwanted = OPTIONS.intersection(raw)
    if unwanted:
        raise errors.unknown(min(unwanted))
    try:
        return _adapter(contract).validate_python(raw)
    except ValidationError as wrong:
        found = [_located(raw, detail) for detail in wrong.errors()]
    raise _refusal(*_worst(found))


@cache
def _adapter(contract: type | None) -> TypeAdapter[Params]:
    return TypeAdapter(_closed(contract) if contract else _EXPAND_ONLY)


@cache
def _closed(contract: type) -> Any:
    """A copy of the SDK's TypedDict that refuses unknown keys and unknown enumeration values."""
    module = vars(__import__(contract.__module__, fromlist=["_"]))
    names = {**vars(typing), "StripeContext": str}
    hints = typing_extensions.get_type_hints(contract, module, names, include_extras=True)
    fields = {name: _tightened(hint) for name, hint in hints.items() if name not in OPTIONS}
    return _typed_dict(contract.__name__, fields)


def _typed_dict(name: str, fields: dict[str, Any]) -> Any:
    build: Any = typing_extensions.TypedDict
    closed = build(name, fields)
    closed.__pydantic_config__ = {"extra": "forbid"}
    return closed


_EXPAND_ONLY = _typed_dict("ExpandOnly", {"expand": typing_extensions.NotRequired[list[str]]})


def _tightened(hint: Any) -> Any:
    if typing_extensions.is_typeddict(hint):
        return _closed(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_tightened(arg) for arg in _closed_union(args))]  # noqa: UP007 - dynamic
    if origin in (list, dict, typing_extensions.NotRequired, typing_extensions.Required):
        inner = tuple(_tightened(arg) for arg in args)
        return origin[inner if len(inner) > 1 else inner[0]]
    return hint


def _closed_union(args: tuple[Any, ...]) -> list[Any]:
    kept = [arg for arg in args if get_origin(arg) is not UntypedStripeObject]
    listed = any(get_origin(a) is Literal and get_args(a) != ("",) for a in kept)
    return [arg for arg in kept if not (listed and arg is str)]


Found = tuple[list[str | int], ErrorDetails]


def _located(raw: Params, detail: ErrorDetails) -> Found:
    """The path inside the request; pydantic mixes the names of union members into its own."""
    path: list[str | int] = []
    here: Any = raw
    for step in detail["loc"]:
        if _leads_on(here, step):
            here = here[step]
        elif not (detail["type"] == "missing" and step == detail["loc"][-1]):
            continue
        path.append(step)
    return path, detail


def _leads_on(here: Any, step: str | int) -> bool:
    if isinstance(here, list):
        return isinstance(step, int) and step < len(here)
    return isinstance(here, dict) and step in here


def _worst(found: list[Found]) -> Found:
    """Of what each union member said, the remark that reaches deepest into the request."""
    return max(found, key=lambda f: (len(f[0]), f[1].get("ctx", {}).get("expected") != "''"))


def _refusal(path: list[str | int], detail: ErrorDetails) -> errors.StripeError:
    param = path_text(path or ["request"])
    if detail["type"] == "missing":
        return errors.missing(param)
    if detail["type"] == "extra_forbidden":
        return errors.unknown(param)
    if detail["input"] == "":
        return errors.invalid(EMPTY.format(param=param), param, "parameter_invalid_empty")
    message, code = _mistyped(path, detail)
    return errors.invalid(message, param, code)


EMPTY = (
    "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a "
    "parameter; however '{param}' cannot be unset. You should remove '{param}' from your request "
    "or supply a non-empty value."
)


def _mistyped(path: list[str | int], detail: ErrorDetails) -> tuple[str, str | None]:
    given, kind = detail["input"], detail["type"]
    if kind == "integer":
        return f"Invalid integer: {given}", "parameter_invalid_integer"
    if kind == "literal_error":
        *most, last = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        comma = "," if len(most) > 1 else ""
        choices = f"{', '.join(most)}{comma} or {last}" if most else last
        return f"Invalid {path[-1]}: must be one of {choices}", None
    noun = {"dict_type": "object", "list_type": "array", "string_type": "string"}.get(kind, kind)
    code = {"string_type": "parameter_invalid_string_blank"}.get(kind) if given == "" else None
    return f"Invalid {noun}: {given}" if noun != "object" else "Invalid object", code
