"""How a quote stands, and its other versions."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models import Quote
from myhibachi.core.admin import money, number, small_table, state_label

Status = Quote.Status


def quote_state(quote: Quote, now: dt.datetime) -> SafeString:
    """Return how a quote stands; what a customer asked for stands out."""
    if quote.is_superseded:
        return state_label("superseded")
    if quote.status == Status.DRAFT and quote.asked_by_customer:
        return state_label("attention", "asked for")
    return state_label(quote.status_at(now))


def versions_table(quote: Quote) -> SafeString:
    """Return every version of a quote, the newest first."""
    now = timezone.now()
    rows = [
        (
            _version_link(version, shown=quote),
            quote_state(version, now),
            number(version.guests),
            money(version.total, version.currency),
            short(version.created_at),
        )
        for version in Quote.objects.filter(reference=quote.reference).order_by("-version")
    ]
    return small_table(("", "Status", number("Guests"), number("Total"), "Made"), rows)


def short(moment: dt.datetime | None) -> str:
    """Return a moment as local date and time."""
    return date_format(timezone.localtime(moment), "M j, Y, g:i A") if moment else "–"


def _version_link(version: Quote, *, shown: Quote) -> SafeString | str:
    name = f"Version {version.version}"
    if version == shown:
        return name
    page = reverse("admin:bookings_quote_change", args=[version.pk])
    return format_html('<a href="{}">{}</a>', page, name)


class QuoteStateFilter(admin.SimpleListFilter):
    """How a quote stands: what is superseded is nothing else besides."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states = ("draft", "sent", "accepted", "declined", "expired", "superseded")
        return [("asked", "Asked for"), *((state, state.capitalize()) for state in states)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Quote]) -> QuerySet[Quote]:
        state = self.value()
        if state is None:
            return queryset
        if state == "superseded":
            return queryset.filter(superseded_by__isnull=False)
        over = Q(status=Status.EXPIRED) | Q(status=Status.SENT, expires_at__lte=timezone.now())
        wanted = {
            "asked": Q(status=Status.DRAFT, asked_by_customer=True),
            "sent": Q(status=Status.SENT, expires_at__gt=timezone.now()),
            "expired": over,
        }.get(state, Q(status=state))
        return queryset.filter(wanted, superseded_by__isnull=True)
