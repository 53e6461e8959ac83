"""The page of figures. What they mean is in `payments.queries.analytics`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from myhibachi.core.errors import InvalidInput
from payments.queries.analytics import PaymentAnalytics, payment_analytics
from payments.queries.analytics_money import Bucket, Totals
from payments.queries.period import BASES, CASH, EVENT, GRANULARITIES

PERMISSION = "payments.view_analytics"
FIELD_OF = {"from": "start", "to": "end", "granularity": "granularity", "basis": "basis"}
BASIS_LABELS = {EVENT: "event date", CASH: "cash date"}
DATE_INPUT = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PeriodForm(forms.Form):
    start = forms.DateField(label="From", widget=DATE_INPUT)
    end = forms.DateField(label="To", widget=DATE_INPUT)
    granularity = forms.ChoiceField(label="By", choices=[(each, each) for each in GRANULARITIES])
    basis = forms.ChoiceField(
        label="Count by", choices=[(each, BASIS_LABELS[each]) for each in BASES], required=False
    )

    def clean_basis(self) -> str:
        return self.cleaned_data["basis"] or EVENT


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A headline: a figure in cents, or a count, beside the previous period's."""

    label: str
    value: int
    before: int | None
    is_money: bool = True

    @property
    def change(self) -> int | None:
        """By how many percent it grew; None where there was nothing to grow from."""
        if not self.before:
            return None
        return round(100 * (self.value - self.before) / abs(self.before))


def view(request: HttpRequest) -> HttpResponse:
    """Show the figures of the period that was asked for, or of the last 30 days."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    today = timezone.localdate()
    form = PeriodForm(request.GET if "start" in request.GET else _last_days(today, 30))
    figures = _analytics(form)
    context = {
        **admin.site.each_context(request),
        "title": "Payment analytics",
        "form": form,
        "presets": _presets(today),
        "figures": figures,
        "headlines": list(_headlines(figures)) if figures else [],
        "chart": _chart(figures) if figures else None,
        "rows": _rows(figures) if figures else [],
        "by_cash": figures is not None and figures.period.basis == CASH,
        "is_empty": figures is not None and not any(_moved(each) for each in figures.revenue),
    }
    return render(request, "admin/analytics.html", context)


def _analytics(form: PeriodForm) -> PaymentAnalytics | None:
    if not form.is_valid():
        return None
    try:
        return payment_analytics(**form.cleaned_data)
    except InvalidInput as error:
        form.add_error(FIELD_OF.get(error.attr or ""), error.detail)
        return None


def _headlines(figures: PaymentAnalytics) -> Iterator[Figure]:
    now, before = figures.totals, figures.previous.totals if figures.previous else None
    for label, name, is_money in (
        ("Revenue", "revenue", True),
        ("Charged", "charged", True),
        ("Refunded", "refunded", True),
        ("Disputed", "disputed", True),
        ("Stripe's fees", "fees", True),
        ("Net", "net", True),
        ("Payments", "payments", False),
        ("Average payment", "average", True),
    ):
        then = getattr(before, name) if before else None
        yield Figure(label=label, value=getattr(now, name), before=then, is_money=is_money)


def _chart(figures: PaymentAnalytics) -> dict[str, Any]:
    """Return what analytics.js draws; cents."""
    granularity = figures.period.granularity
    return {
        "currency": figures.currency,
        "labels": [bucket_label(bucket.start, granularity) for bucket in figures.revenue],
        "charged": [bucket.totals.charged for bucket in figures.revenue],
        "back": [-bucket.totals.refunded - bucket.totals.disputed for bucket in figures.revenue],
        "revenue": [bucket.totals.revenue for bucket in figures.revenue],
    }


def _rows(figures: PaymentAnalytics) -> list[tuple[str, Totals]]:
    """Return the same for people who read tables, those where nothing moved left out."""
    return [
        (bucket_label(bucket.start, figures.period.granularity), bucket.totals)
        for bucket in figures.revenue
        if _moved(bucket)
    ]


def bucket_label(start: date, granularity: str) -> str:
    """Return how a day, week or month is called: "Nov 22", "week of Nov 16", "Nov 2026"."""
    if granularity == "month":
        return f"{start:%b %Y}"
    return ("week of " if granularity == "week" else "") + f"{start:%b} {start.day}"


def _moved(bucket: Bucket) -> bool:
    totals = bucket.totals
    return any((totals.charged, totals.refunded, totals.disputed, totals.adjusted, totals.fees))


def _last_days(today: date, days: int) -> dict[str, str]:
    return _period(today - timedelta(days=days - 1), today, "day")


def _presets(today: date) -> list[tuple[str, dict[str, str]]]:
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    year = month.replace(month=1)
    return [
        ("Last 30 days", _last_days(today, 30)),
        ("This month", _period(month, today, "day")),
        ("Last month", _period(last_month, month - timedelta(days=1), "day")),
        ("Last 12 weeks", _period(today - timedelta(weeks=12, days=-1), today, "week")),
        ("This year", _period(year, today, "month")),
    ]


def _period(first: date, last: date, granularity: str) -> dict[str, str]:
    return {"start": first.isoformat(), "end": last.isoformat(), "granularity": granularity}
