from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Booking
from bookings.queries.waiting import WAITING
from myhibachi.core.admin import PLANNED, DateRangeFilter, MoneyRangeFilter

Lookups = list[tuple[str, str]]


class WhenFilter(DateRangeFilter):
    """When the party is, at the venue."""

    name = "when"
    heading = "when"
    presets = PLANNED


class MadeFilter(DateRangeFilter):
    """When it was made."""

    heading = "made"


class TotalFilter(MoneyRangeFilter):
    """What it costs."""

    heading = "total"


class AttentionFilter(admin.SimpleListFilter):
    """What somebody should look at."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [
            ("lapsing", "Hold about to lapse"),
            ("late_money", "Late money"),
            ("owed_soon", "Owes, and the party is near"),
            ("owed_after", "Owes after the party"),
            ("count_due", "Guest count due"),
            ("to_finish", "Over, and not marked"),
            ("location", "Place not found"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        waits = WAITING.get(self.value() or "")
        return queryset.filter(waits(timezone.now())) if waits else queryset
