"""The page of figures, and each of its tables as a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.models import User
from payments.admin.analytics import (
    attempt_tables,
    customer_tables,
    headlines,
    money_tables,
    party_tables,
)
from payments.admin.analytics.asked import COMPARISONS, PeriodForm, last_days, presets
from payments.admin.analytics.figures import Figures
from payments.admin.analytics.headlines import Headline
from payments.admin.analytics.table import Table
from payments.queries.period import CASH
from payments.services.figures_export import PERMISSION, export_figures

TABLE_FILE = "analytics-file"
TableOf = Callable[[Figures], Table]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page: its figures, and its tables in rows of one or two."""

    key: str
    title: str
    headlines: Callable[[Figures], Iterable[Headline]]
    tables: dict[str, TableOf]


SECTIONS = (
    Section(
        key="revenue",
        title="Revenue",
        headlines=headlines.revenue,
        tables={"revenue": money_tables.revenue, "purposes": money_tables.purposes},
    ),
    Section(
        key="payments",
        title="Payments",
        headlines=headlines.payments,
        tables={
            "methods-over-time": money_tables.methods_over_time,
            "attempts-over-time": attempt_tables.attempts_over_time,
            "methods": money_tables.methods,
            "attempts": attempt_tables.attempts,
        },
    ),
    Section(
        key="back",
        title="Refunds and disputes",
        headlines=headlines.given_back,
        tables={"refunds": money_tables.refunds, "disputes": attempt_tables.disputes},
    ),
    Section(
        key="customers",
        title="Customers",
        headlines=headlines.customers,
        tables={
            "customers": customer_tables.customers,
            "top-customers": customer_tables.top_customers,
        },
    ),
    Section(
        key="parties",
        title="Parties",
        headlines=headlines.parties,
        tables={
            "parties": party_tables.parties,
            "busiest-slots": party_tables.busiest,
            "lead-times": party_tables.leads,
            "holds": party_tables.holds,
        },
    ),
)
TABLES = {key: table for section in SECTIONS for key, table in section.tables.items()}


def view(request: HttpRequest) -> HttpResponse:
    """Show the figures of the period that was asked for, or of the last 30 days."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form, figures = _asked(request)
    context = {
        **admin.site.each_context(request),
        "title": "Payment analytics",
        "form": form,
        "presets": presets(timezone.localdate()),
        "figures": figures,
        "sections": [_shown(section, figures) for section in SECTIONS] if figures else [],
    }
    if figures:
        query = {name: form[name].value() or "" for name in form.fields}
        context["query"] = urlencode(query)
        context["compared"] = COMPARISONS[form.cleaned_data["compare"]]
        context["by_cash"] = figures.period.basis == CASH
        context["not_settled"] = figures.not_settled if "settling" in request.GET else None
        context["is_empty"] = _is_empty(figures)
    return render(request, "admin/analytics/page.html", context)


def table_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send one of the page's tables as CSV."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if key not in TABLES:
        raise Http404
    _form, figures = _asked(request)
    if figures is None:
        # The page says what is wrong with the period.
        return redirect(f"{reverse('analytics')}?{request.GET.urlencode()}")
    period = figures.period
    lines = TABLES[key](figures).lines()
    actor = cast(User, request.user)
    return StreamingHttpResponse(
        export_figures(table=key, lines=lines, period=period, actor=actor),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{key}-{period.first}-{period.last}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _asked(request: HttpRequest) -> tuple[PeriodForm, Figures | None]:
    asked = last_days(timezone.localdate(), 30)
    if "start" in request.GET:
        # Other pages' links name a period alone.
        asked = {"granularity": "day", **request.GET.dict()}
    form = PeriodForm(asked)
    period = form.period()
    if period is None:
        return form, None
    return form, Figures(period, form.compared(period), now=timezone.now())


def _shown(section: Section, figures: Figures) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "headlines": list(section.headlines(figures)),
        "tables": [table(figures) for table in section.tables.values()],
    }


def _is_empty(figures: Figures) -> bool:
    counted = (figures.rows, figures.attempt_rows, figures.party_rows, any(figures.made.values()))
    return not any(counted)
