from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models.order import BULKY
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
    state_label,
)
from payments.admin import accept_dispute_page, evidence_page
from payments.admin.base import MoneyAdmin
from payments.admin.deadline import deadline
from payments.admin.dispute_reasons import reason_in_words
from payments.admin.dispute_tables import answer, movements
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_column, stripe_link
from payments.admin.times import when_column
from payments.models import Dispute
from payments.services.evidence import ANSWERABLE

OPENED = when_column("opened_at", label="opened")
BOOKING = link_column("payment__booking")
CUSTOMER = link_column("payment__customer")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
STRIPE = stripe_link("stripe_dispute_id", label="at Stripe")
AT_STRIPE = stripe_column("stripe_dispute_id")
EXPORT = {
    **attributes("id", "opened_at", "evidence_due_by", "payment.booking.reference"),
    **attributes("payment.customer.name", "status", "reason"),
    "amount": dollars_of("amount"),
    **attributes("currency", "payment.id", "stripe_dispute_id"),
}


@admin.display(description="status", ordering="status")
def stage(dispute: Dispute) -> SafeString:
    """How far it is; an inquiry is told from a dispute, which has taken the money."""
    return state_label(dispute.status, dispute.get_status_display())


@admin.display(description="answer by", ordering="evidence_due_by")
def answer_by(dispute: Dispute) -> SafeString:
    """How long there is to answer."""
    return deadline(dispute, now=timezone.now())


@admin.display(description="reason", ordering="reason")
def reason(dispute: Dispute) -> SafeString:
    """Why, in words; Stripe's own word when one points at it."""
    return format_html(
        '<span title="{}">{}</span>', dispute.reason, reason_in_words(dispute.reason)
    )


class ToAnswerFilter(admin.SimpleListFilter):
    """The disputes that wait for our answer."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("answer", "To answer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return queryset.filter(status__in=ANSWERABLE) if self.value() else queryset


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    """Disputes to look at; answering and accepting have pages of their own."""

    list_display = (OPENED, AMOUNT, stage, answer_by, reason, BOOKING, CUSTOMER, AT_STRIPE)
    list_filter = (
        ToAnswerFilter,
        "status",
        ("opened_at", DateRangeFilter),
        ("amount", MoneyRangeFilter),
    )
    export_columns = EXPORT
    export_without = tuple(f"payment__booking__{field}" for field in BULKY)
    list_select_related = ("payment__booking", "payment__customer")
    ordering = ("-created_at", "-id")
    search = Search(
        booking="payment__booking",
        uuids=("pk", "payment"),
        stripe_ids={
            "du": "stripe_dispute_id",
            "dp": "stripe_dispute_id",
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
    )
    sections = (
        (None, (stage, answer_by, reason, AMOUNT, BOOKING, CUSTOMER, PAYMENT, STRIPE)),
        ("Answer", (answer,)),
        ("Money", (movements,)),
        ("When", ("opened_at", "evidence_due_by")),
    )

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "evidence": (evidence_page.view, evidence_page.NAME),
            "evidence/review": (evidence_page.review, evidence_page.REVIEW),
            "accept": (accept_dispute_page.view, accept_dispute_page.NAME),
        }
        own = [
            path(f"<uuid:dispute_id>/{end}/", self.admin_site.admin_view(view), name=name)
            for end, (view, name) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        dispute = context.get("original")
        if dispute and evidence_page.is_offered(dispute, request):
            context = context | {"may_answer": True}
        return super().render_change_form(request, context, *args, **kwargs)
