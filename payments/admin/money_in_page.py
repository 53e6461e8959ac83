"""What the pages about money that came in have in common."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from payments.models import MoneyIn


def page(request: HttpRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    """Render a page about money that came in."""
    everything = {
        **admin.site.each_context(request),
        "title": title,
        "opts": MoneyIn._meta,
        **context,
    }
    return render(request, f"admin/payments/moneyin/{template}.html", everything)


def back_to(line: MoneyIn) -> HttpResponse:
    """Return to the line's own page."""
    return redirect("admin:payments_moneyin_change", line.pk)
