"""What a question is about, from the facts that were kept when it opened."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from myhibachi.core.money import format_cents
from payments.models import Attention

# Facts in cents; every other number is a count.
MONEY = ("amount", "paid", "total", "kept", "proven", "fee")


@admin.display(description="facts")
def facts_table(question: Attention) -> SafeString:
    """Every fact, its name in words; ids are for the links."""
    return format_html_join("", "<div><strong>{}</strong>: {}</div>", _rows(question.facts))


@admin.display(description="about")
def summary(question: Attention) -> str:
    """The amount and the reason, short enough for a list."""
    amount, reason = question.facts.get("amount"), question.facts.get("reason")
    said = (
        format_cents(amount) if isinstance(amount, int) else "",
        _words(reason) if reason else "",
    )
    return ", ".join(filter(None, said)) or "–"


def _rows(facts: dict[str, Any], *, inside: str = "") -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if name == "id" or name.endswith("_id"):
            continue
        label = f"{inside} {_words(name)}".strip().capitalize()
        if isinstance(value, dict):
            yield from _rows(value, inside=label)
        elif value not in (None, ""):
            is_money = name in MONEY and isinstance(value, int)
            yield label, format_cents(value) if is_money else _words(value)


def _words(value: object) -> str:
    return str(value).replace("_", " ")
