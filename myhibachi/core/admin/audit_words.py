"""What an audit entry says, for people: what was done, and each old value and its new one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from myhibachi.core.audit import CENTS
from myhibachi.core.money import format_cents

NOTHING = "–"
# Lists of things; every other list of two is an old value and its new one.
LISTS = frozenset(("fields", "stripe"))
# How people call what an action is about, where its own name will not do.
FAMILIES = {
    "attention": "Attention",
    "booking": "Booking",
    "customer": "Customer",
    "difference": "Difference",
    "dispute": "Dispute",
    "email": "E-mail",
    "evidence": "Evidence",
    "figures": "Figures",
    "fraud_warning": "Fraud warning",
    "invoice": "Invoice",
    "job": "Job",
    "ledger": "Ledger",
    "list": "List",
    "money_in": "Money in",
    "payment": "Payment",
    "payout": "Payout",
    "quote": "Quote",
    "refund": "Refund",
    "rulebook": "Rule book",
    "slot_exception": "Slot exception",
    "user": "User",
    "waitlist": "Waitlist",
    "webhook_event": "Webhook event",
}
# A word of the code's, such as requires_action. An id or an address is none.
SNAKE = re.compile(r"[a-z]+(_[a-z]+)+")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One value that an entry keeps; `old` is None where only one is known."""

    label: str
    old: str | None
    new: str


def title_of(action: str) -> str:
    """Return an action in words: "Refund created" of `refund.created`."""
    family, _, verb = action.partition(".")
    return f"{family_in_words(family)} {_spaced(verb)}".strip()


def family_in_words(family: str) -> str:
    """Return what actions are about, in words."""
    return FAMILIES.get(family, _spaced(family).capitalize())


def changes_in_words(changes: dict[str, Any]) -> Iterator[Change]:
    """Yield what an entry keeps, a value or a pair at a time."""
    for name, value in changes.items():
        label = _spaced(name)
        if isinstance(value, list) and len(value) == 2 and name not in LISTS:
            old, new = _apart(*value)
            yield Change(label=label, old=_shown(name, old), new=_shown(name, new))
        else:
            yield Change(label=label, old=None, new=_shown(name, value))


def _apart(old: Any, new: Any) -> tuple[Any, Any]:
    """Return of two lists only what the other lacks: a long list changes in a line or two."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return old, new
    return [each for each in old if each not in new], [each for each in new if each not in old]


def _shown(name: str, value: Any) -> str:
    """Return one value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, list):
        return ", ".join(_shown(name, each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{_spaced(key)} {_shown(key, each)}" for key, each in value.items())
    if isinstance(value, int) and name in CENTS:
        return format_cents(value)
    return _text(str(value))


def _text(value: str) -> str:
    if SNAKE.fullmatch(value):
        return _spaced(value)
    if "T" in value:
        try:
            moment = timezone.localtime(datetime.fromisoformat(value))
        except ValueError:
            return value
        return date_format(moment, "M j, Y, g:i A T")
    return value


def _spaced(name: str) -> str:
    return name.replace("_", " ")
