"""The lists in a rule book: their defaults, and what they must look like."""

import re
from typing import Any

from django.core.exceptions import ValidationError

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def default_add_ons() -> list[dict[str, Any]]:
    return [
        {"code": code, "label": label, "price": price}
        for price, code, label in (
            (500, "salmon", "Salmon"),
            (500, "scallops", "Scallops"),
            (500, "filet_mignon", "Filet mignon"),
            (500, "noodles", "Noodles"),
            (500, "rice", "Rice"),
            (500, "vegetables", "Vegetables"),
            (500, "edamame", "Edamame"),
            (1000, "gyoza", "Gyoza"),
            (1000, "extra_protein", "Extra protein"),
            (1500, "lobster", "Lobster"),
        )
    ]


def default_proteins() -> list[str]:
    return ["chicken", "steak", "shrimp", "calamari", "tofu"]


def default_slot_times() -> list[str]:
    return ["12:00", "15:00", "18:00", "21:00"]


def default_gratuity_percents() -> list[int]:
    return [20, 25, 30]


def validate_add_ons(value: Any) -> None:
    """Raise ValidationError unless this is a list of `{code, label, price}`, price in cents."""
    message = 'A list of {"code": "gyoza", "label": "Gyoza", "price": 1000}, price in cents.'
    if not isinstance(value, list) or not all(_is_add_on(item) for item in value):
        raise ValidationError(message)
    _refuse_repeats([item["code"] for item in value])


def validate_proteins(value: Any) -> None:
    """Raise ValidationError unless this is a list of protein codes."""
    _check_list(value, 'A list of codes such as "chicken".', CODE)


def validate_slot_times(value: Any) -> None:
    """Raise ValidationError unless this is a list of local times, earliest first."""
    _check_list(value, 'A list of times such as "18:00".', TIME)
    if value != sorted(value):
        raise ValidationError("The earliest first.")
    # When the clocks change, an hour here is skipped, or comes twice.
    if any("01:00" <= time < "03:00" for time in value):
        raise ValidationError("Not between 1:00 and 3:00 at night.")


def validate_percents(value: Any) -> None:
    """Raise ValidationError unless this is a list of whole percentages."""
    if not isinstance(value, list) or not all(_is_whole(item) and item <= 100 for item in value):
        raise ValidationError("A list of whole percentages such as 20.")
    _refuse_repeats(value)


def _is_add_on(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.keys() == {"code", "label", "price"}
        and isinstance(item["code"], str)
        and CODE.fullmatch(item["code"]) is not None
        and isinstance(item["label"], str)
        and 0 < len(item["label"]) <= 60
        and _is_whole(item["price"])
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check_list(value: Any, message: str, pattern: re.Pattern[str]) -> None:
    well_formed = isinstance(value, list) and all(
        isinstance(item, str) and pattern.fullmatch(item) for item in value
    )
    if not well_formed or not value:
        raise ValidationError(message)
    _refuse_repeats(value)


def _refuse_repeats(values: list[Any]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("Each only once.")
