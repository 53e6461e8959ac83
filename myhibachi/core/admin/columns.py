"""Cells: money, states, small tables. Styled by `static/admin/myhibachi.css`."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from myhibachi.core.money import CURRENCY, format_cents

Column = Callable[[Any], SafeString]


def money_column(field: str, *, label: str | None = None, ordered: bool = True) -> Column:
    """Return a `list_display` or `readonly_fields` column of right-aligned money.

    Args:
        field: an attribute in cents; the row's `currency` attribute is used where it has one.
        label: the heading; the field's name where it is left out.
        ordered: whether the column sorts, which takes a database column of that name.
    """

    @admin.display(
        description=label or field.replace("_", " "), ordering=field if ordered else None
    )
    def column(obj: Any) -> SafeString:
        amount = getattr(obj, field)
        return number("–") if amount is None else money(amount, getattr(obj, "currency", CURRENCY))

    column.__name__ = f"{field}_money"
    return column


def money(amount: int, currency: str = CURRENCY) -> SafeString:
    """Return cents as a right-aligned amount."""
    return number(format_cents(amount, currency))


def number(text: object) -> SafeString:
    """Return something right-aligned: a number, or the heading above one."""
    return format_html('<span class="number">{}</span>', text)


def state_column(field: str = "status", *, label: str | None = None) -> Column:
    """Return a column that shows a state as `state_label` does."""

    @admin.display(description=label or field.replace("_", " "), ordering=field)
    def column(obj: models.Model) -> SafeString:
        return state_label(getattr(obj, field))

    column.__name__ = f"{field}_state"
    return column


def state_label(state: str, text: str = "") -> SafeString:
    """Return a state as a colored label: its word and a mark tell it apart without the color.

    Args:
        text: what it says; the state itself where it is left out.
    """
    return format_html(
        '<span class="state state--{}">{}</span>', state, text or str(state).replace("_", " ")
    )


def small_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> SafeString:
    """Return a small table; the cells are text, or safe strings such as `state_label`'s."""
    head = format_html_join("", "<th scope='col'>{}</th>", ((text,) for text in headings))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows),
    )
    return format_html(
        '<table class="small-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body
    )
