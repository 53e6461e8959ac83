"""The page of the books: the ledger beside Stripe's, and the accountant's file."""

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import InvalidInput
from payments.admin.analytics.asked import BASIS_LABELS, DATE_INPUT
from payments.admin.stripe_dashboard import dashboard_url
from payments.queries.accounting_proof import Proof, proof
from payments.queries.period import BASES, CASH, EVENT, Period
from payments.services.ledger_export import PERMISSION, export_ledger

NAME = "accounting"
FIELD_OF = {"from": "start", "to": "end", "basis": "basis"}


class BooksForm(forms.Form):
    """A period in the venue's time."""

    start = forms.DateField(label="From", widget=DATE_INPUT)
    end = forms.DateField(label="To", widget=DATE_INPUT)
    basis = forms.ChoiceField(
        label="Count by", choices=[(each, BASIS_LABELS[each]) for each in BASES]
    )

    def period(self) -> Period | None:
        """Return it; None where it makes no sense, which the form then says."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        try:
            return Period(first=asked["start"], last=asked["end"], basis=asked["basis"])
        except InvalidInput as error:
            self.add_error(FIELD_OF.get(error.attr or ""), error.detail)
            return None


def view(request: HttpRequest) -> HttpResponseBase:
    """Show whether a period ties; send its file."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    today = timezone.localdate()
    is_post = request.method == "POST"
    asked = request.POST if is_post else request.GET
    form = BooksForm(asked if is_post or "start" in asked else _last_month(today))
    period = form.period()
    if is_post and period:
        return _file(period, cast(User, request.user))
    return _page(request, form, proof(period) if period else None, today)


def _page(request: HttpRequest, form: BooksForm, found: Proof | None, today: date) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Accounting",
        "form": form,
        "presets": _presets(today),
        "proof": found,
        "by_cash": found is not None and found.period.basis == CASH,
        "differing": [
            (each, dashboard_url(each.stripe_id)) for each in (found.differing if found else [])
        ],
    }
    return render(request, "admin/accounting.html", context)


def _file(period: Period, actor: User) -> StreamingHttpResponse:
    name = f"ledger-{period.first}-{period.last}-by-{period.basis}-date.csv"
    return StreamingHttpResponse(
        export_ledger(period=period, actor=actor),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _presets(today: date) -> list[tuple[str, dict[str, str]]]:
    month = today.replace(day=1)
    quarter = month.replace(month=3 * ((month.month - 1) // 3) + 1)
    year = month.replace(month=1)
    last_year = year.replace(year=year.year - 1)
    return [
        ("Last month", _last_month(today)),
        ("This month", _asked(month, today)),
        ("This quarter", _asked(quarter, today)),
        ("This year", _asked(year, today)),
        ("Last year", _asked(last_year, year - timedelta(days=1))),
    ]


def _last_month(today: date) -> dict[str, str]:
    last = today.replace(day=1) - timedelta(days=1)
    return _asked(last.replace(day=1), last)


def _asked(first: date, last: date) -> dict[str, str]:
    return {"start": first.isoformat(), "end": last.isoformat(), "basis": EVENT}
