"""What differs between two rule books."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bookings.admin.rulebook_form import NAMES
from bookings.admin.rulebook_words import label, shown
from bookings.models import RuleBook
from myhibachi.core.money import format_cents

NONE = "–"


class Difference(NamedTuple):
    """One rule, as it was and as it is."""

    label: str
    old: str
    new: str


def differences(before: RuleBook, after: RuleBook) -> list[Difference]:
    """Return each rule that is not the same, in the order of the page."""
    found: list[Difference] = []
    for name in NAMES:
        old, new = getattr(before, name), getattr(after, name)
        if name == "add_ons":
            found += _add_ons(old, new)
        elif name != "effective_from" and old != new:
            found.append(Difference(label(name), shown(name, old), shown(name, new)))
    return found


def _add_ons(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Difference]:
    old, new = ({item["code"]: item for item in items} for items in (before, after))
    for code in {**old, **new}:
        if old.get(code) != new.get(code):
            item = new.get(code) or old[code]
            yield Difference(f"Add-on {item['label']}", _one(old.get(code)), _one(new.get(code)))


def _one(item: dict[str, Any] | None) -> str:
    return f"{item['label']} {format_cents(item['price'])}" if item else NONE
