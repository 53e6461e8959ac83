from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from payments.models import Refund, WebhookEvent

FAMILIES = (
    "payment_intent", "charge", "checkout.session", "refund", "charge.dispute", "invoice",
    "customer", "product", "price", "payout",
)  # fmt: skip


class EventFamilyFilter(admin.SimpleListFilter):
    """Events by what they are about, without asking the database which types there are."""

    title = "type"
    parameter_name = "family"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(family, family) for family in FAMILIES]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebhookEvent]
    ) -> QuerySet[WebhookEvent]:
        family = self.value()
        return queryset.filter(type__startswith=f"{family}.") if family else queryset


class ToPayBackFilter(admin.SimpleListFilter):
    """The refunds that wait for staff to pay them back."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pay_back", "To pay back by hand")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        to_do = Refund.objects.to_pay_back().values("pk")
        return queryset.filter(pk__in=to_do) if self.value() else queryset
