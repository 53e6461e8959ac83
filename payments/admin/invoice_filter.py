from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from myhibachi.core.admin import PLANNED, DateRangeFilter
from payments.models import Invoice


class DueFilter(DateRangeFilter):
    """When it is to be paid."""

    heading = "due"
    presets = PLANNED


class OverdueFilter(admin.SimpleListFilter):
    """The open invoices whose day has passed."""

    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        overdue = queryset.filter(status=Invoice.Status.OPEN, due_at__lt=timezone.now())
        return overdue if self.value() else queryset
