from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from payments.models import Dispute, Payment, Refund, WebhookEvent
from payments.queries.today.kinds import failing_deposits

FAMILIES = (
    "payment_intent", "charge", "checkout.session", "refund", "charge.dispute",
    "radar.early_fraud_warning", "invoice",
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


class WentBackFilter(admin.SimpleListFilter):
    """The payments of which something went back, is on its way, or is asked for."""

    title = "what went back"
    parameter_name = "back"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("refunded", "Refunded, in part or all"),
            ("disputed", "Disputed"),
            ("no", "Neither"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        refunded = Exists(Refund.objects.filter(payment=OuterRef("pk"), status__in=Refund.LIVE))
        disputed = Exists(Dispute.objects.filter(payment=OuterRef("pk")))
        wanted = {"refunded": refunded, "disputed": disputed, "no": ~refunded & ~disputed}
        found = wanted.get(self.value() or "")
        return queryset if found is None else queryset.filter(found)


class RefundsToDoFilter(admin.SimpleListFilter):
    """The refunds that wait for staff: to be approved, or to be paid back by hand."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("approve", "To approve"), ("pay_back", "To pay back by hand")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        wanted = {"approve": Refund.objects.to_approve(), "pay_back": Refund.objects.to_pay_back()}
        to_do = wanted.get(self.value() or "")
        return queryset if to_do is None else queryset.filter(pk__in=to_do.values("pk"))


class FailingDepositsFilter(admin.SimpleListFilter):
    """The deposits whose card fails while the place is still held."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("deposits", "Deposits failing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        failing = failing_deposits(timezone.now())
        return queryset.filter(pk__in=failing.values("pk")) if self.value() else queryset
