"""Cells that lead from one row to another."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from myhibachi.core.admin.columns import Column
from payments.models import Payment

NOTHING = mark_safe("–")


def link_to(target: Any, text: object = None) -> SafeString:
    """Return a link to an object's admin page."""
    if target is None:
        return NOTHING
    page = f"admin:{target._meta.app_label}_{target._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(page, args=[target.pk]), text or target)


def link_column(
    path: str, *, label: str | None = None, text: Callable[[Any], object] = str
) -> Column:
    """Return a column that links to what `path` ("payment__booking") leads to.

    A list that uses it has `path` in its `list_select_related`.
    """

    @admin.display(description=label or path.split("__")[-1])
    def column(obj: Any) -> SafeString:
        target = reduce(getattr, path.split("__"), obj)
        return link_to(target, text(target)) if target else NOTHING

    column.__name__ = f"{path}_link"
    return column


def purpose(payment: Payment) -> str:
    """Return what a payment is for, as the text of its link."""
    by_card = payment.method == Payment.Method.STRIPE
    method = "card" if by_card else payment.get_method_display()
    return f"{payment.get_payment_type_display()}, {method}"
