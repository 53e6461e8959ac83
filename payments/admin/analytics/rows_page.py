"""The rows behind a figure, and what they add up to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format

from bookings.queries.figures import LEADS, MADE, PARTY
from myhibachi.core.errors import InvalidInput
from payments.admin.analytics import rows_cells as cells
from payments.admin.analytics.asked import BASIS_LABELS
from payments.admin.analytics.party_tables import WEEKDAYS
from payments.admin.analytics.rows_cells import Cells
from payments.admin.analytics.table import in_words
from payments.queries import analytics_payers, analytics_rows
from payments.queries.analytics_attempts import OUTCOMES
from payments.queries.analytics_rows import DISPUTE_STATES, KINDS
from payments.queries.period import BASES, EVENT, Period
from payments.services.figures_export import PERMISSION

PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A kind of rows.

    Attributes:
        found: takes the period and the filters that were asked for.
        filters: the names of those it understands.
        amount: the column of cents that is added up.
    """

    title: str
    found: Callable[..., QuerySet[Any, Any]]
    cells: Cells
    filters: tuple[str, ...] = ()
    amount: str = "amount"
    order: tuple[str, ...] = ("-created_at", "-pk")
    by_basis: bool = False


def _ledger(of: str, title: str) -> Rows:
    return Rows(
        title=title,
        found=lambda period, **filters: analytics_rows.ledger_rows(period, of, **filters),
        cells=cells.ENTRIES,
        filters=("method", "purpose", "reason", "customer"),
        order=("-occurred_at", "-pk"),
        by_basis=True,
    )


TITLES = {
    "charged": "Charged",
    "refunded": "Refunded",
    "disputed": "Disputed",
    "back": "Given back",
    "adjusted": "Adjusted",
    "fees": "Stripe's fees",
    "revenue": "Revenue",
    "net": "Net",
}
ROWS = {of: _ledger(of, TITLES[of]) for of in KINDS} | {
    "attempts": Rows(
        title="Card payments begun",
        found=analytics_rows.attempts,
        cells=cells.PAYMENTS,
        filters=("outcome", "code"),
    ),
    "disputes": Rows(
        title="Disputes opened",
        found=analytics_rows.disputes,
        cells=cells.DISPUTES,
        filters=("state", "reason"),
        order=("-opened_at", "-pk"),
    ),
    "customers": Rows(
        title="Customers who paid",
        found=analytics_payers.paying_customers,
        cells=cells.CUSTOMERS,
        filters=("who",),
        order=("-amount", "customer_id"),
    ),
    "made": Rows(
        title="Bookings made",
        found=analytics_rows.bookings_made,
        cells=cells.BOOKINGS,
        filters=("outcome",),
        amount="total",
    ),
    "parties": Rows(
        title="Parties",
        found=analytics_rows.party_bookings,
        cells=cells.BOOKINGS,
        filters=("outcome", "weekday", "time", "lead"),
        amount="total",
        order=("date", "time", "pk"),
    ),
}
OUTCOMES_OF = {"attempts": OUTCOMES, "made": MADE, "parties": PARTY}


class RowsForm(forms.Form):
    """What a figure's link says."""

    of = forms.ChoiceField(choices=[(of, of) for of in ROWS])
    start = forms.DateField()
    end = forms.DateField()
    basis = forms.ChoiceField(choices=[(each, each) for each in BASES], required=False)
    method = forms.CharField(required=False)
    purpose = forms.CharField(required=False)
    reason = forms.CharField(required=False)
    customer = forms.UUIDField(required=False)
    outcome = forms.CharField(required=False)
    code = forms.CharField(required=False)
    state = forms.ChoiceField(choices=[(each, each) for each in DISPUTE_STATES], required=False)
    who = forms.ChoiceField(choices=[(each, each) for each in ("new", "returning")], required=False)
    weekday = forms.TypedChoiceField(
        choices=[(n, n) for n in range(1, 8)], coerce=int, empty_value=None, required=False
    )
    time = forms.TimeField(required=False)
    lead = forms.ChoiceField(choices=[(each, each) for each in LEADS], required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period, or an outcome, that there is not."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        outcome, of = asked.get("outcome"), asked.get("of")
        if outcome and outcome not in OUTCOMES_OF.get(str(of), {}):
            self.add_error("outcome", "There is no such outcome.")
        if not self.errors:
            try:
                self.period()
            except InvalidInput as error:
                self.add_error(None, error.detail)
        return asked

    def period(self) -> Period:
        """Return the period whose rows are asked for."""
        asked = self.cleaned_data
        return Period(first=asked["start"], last=asked["end"], basis=asked["basis"] or EVENT)

    def filters(self, rows: Rows) -> dict[str, Any]:
        """Return what these rows are filtered by."""
        return {name: self.cleaned_data[name] for name in rows.filters if self.cleaned_data[name]}


def rows_view(request: HttpRequest) -> HttpResponse:
    """Show the rows behind a figure, a page at a time, and the sum of all of them."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = RowsForm(request.GET)
    context: dict[str, Any] = {**admin.site.each_context(request), "title": "Rows behind a figure"}
    if not form.is_valid():
        return render(request, "admin/analytics/rows.html", context, status=400)
    rows, period = ROWS[form.cleaned_data["of"]], form.period()
    filters = form.filters(rows)
    found = rows.found(period, **filters)
    count, total = _added_up(found, rows)
    found = found.order_by(*rows.order)
    if rows.cells.related:
        found = found.select_related(*rows.cells.related)
    pages = Paginator(found, PER_PAGE)
    # Counted above, together with the sum.
    pages.count = count
    page = pages.get_page(request.GET.get("page"))
    context |= {
        "title": rows.title,
        "about": list(_about(rows, period, filters)),
        "headings": rows.cells.headings,
        "lines": [rows.cells.of(row) for row in page],
        "page": page,
        "count": f"{count:,}" if count else "",
        "total": total,
    }
    return render(request, "admin/analytics/rows.html", context)


def _added_up(found: QuerySet[Any, Any], rows: Rows) -> tuple[int, int]:
    key = "customer_id" if rows.cells is cells.CUSTOMERS else "pk"
    added = found.order_by().aggregate(n=Count(key), sum=Sum(rows.amount, default=0))
    return added["n"], added["sum"]


def _about(rows: Rows, period: Period, filters: dict[str, Any]) -> Any:
    """Yield in words what these rows have in common."""
    first, last = (date_format(day, "M j, Y") for day in (period.first, period.last))
    yield first if period.days == 1 else f"{first} – {last}"
    if rows.by_basis:
        yield f"by {BASIS_LABELS[period.basis]}"
    for name, value in filters.items():
        if name == "customer":
            yield "one customer"
        elif name == "weekday":
            yield WEEKDAYS[value - 1]
        else:
            yield date_format(value, "g:i A") if name == "time" else in_words(str(value))
