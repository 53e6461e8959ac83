import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Booking
from bookings.queries.waiting import WAITING
from bookings.slots import local_date

Lookups = list[tuple[str, str]]


class WhenFilter(admin.SimpleListFilter):
    """When the party is, at the venue."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [
            ("today", "Today"),
            ("week", "Next 7 days"),
            ("month", "Next 30 days"),
            ("upcoming", "Upcoming"),
            ("past", "Past"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        today = local_date(timezone.now())
        days = {"today": 0, "week": 7, "month": 30}
        value = self.value()
        if value in days:
            return queryset.filter(date__range=(today, today + dt.timedelta(days=days[value])))
        if value == "upcoming":
            return queryset.filter(date__gte=today)
        return queryset.filter(date__lt=today) if value == "past" else queryset


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
