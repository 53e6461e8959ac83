from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from bookings.models.order import BULKY
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
    state_column,
)
from payments.admin import refund_page, tables
from payments.admin.base import MoneyAdmin
from payments.admin.filters import FailingDepositsFilter, WentBackFilter
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_column, stripe_link
from payments.admin.times import when_column
from payments.models import Payment
from payments.queries.refund_totals import with_refund_totals

BOOKING = link_column("booking")
CUSTOMER = link_column("customer")
STATE = state_column()
AMOUNT = money_column("amount")
REFUNDED = money_column("refunded", ordered=False)
LEFT = money_column("left", ordered=False)
TABLES = (tables.ledger, tables.refunds, tables.disputes)
AT_STRIPE = (
    stripe_link("stripe_payment_intent_id", label="PaymentIntent"),
    stripe_link("stripe_charge_id", label="Charge"),
    stripe_link("stripe_checkout_session_id", label="Checkout Session"),
)
EXPORT = {
    **attributes("id", "created_at", "succeeded_at", "booking.reference", "customer.name"),
    **attributes("customer.email", "status", "payment_type", "method", "surface"),
    **{name: dollars_of(name) for name in ("amount", "tax", "refunded", "refunding", "left")},
    **attributes("currency", "failure_code", "note", "stripe_payment_intent_id"),
    **attributes("stripe_charge_id", "stripe_checkout_session_id"),
}


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    """Payments to look at; the one thing to do here is a refund, on a page of its own."""

    list_display = (
        when_column("created_at", label="created"),
        AMOUNT,
        STATE,
        BOOKING,
        CUSTOMER,
        admin.display(description="for")(purpose),
        REFUNDED,
        LEFT,
        stripe_column("stripe_payment_intent_id", "stripe_charge_id", "stripe_checkout_session_id"),
    )
    list_filter = (
        FailingDepositsFilter,
        "status",
        "method",
        "payment_type",
        WentBackFilter,
        ("created_at", DateRangeFilter),
        ("amount", MoneyRangeFilter),
    )
    export_columns = EXPORT
    export_without = tuple(f"booking__{field}" for field in BULKY)
    list_select_related = ("booking", "customer")
    ordering = ("-created_at", "-id")
    search = Search(
        booking="booking",
        stripe_ids={
            "pi": "stripe_payment_intent_id",
            "ch": "stripe_charge_id",
            "py": "stripe_charge_id",
            "cs": "stripe_checkout_session_id",
            "re": "refunds__stripe_refund_id",
            "pyr": "refunds__stripe_refund_id",
            "du": "disputes__stripe_dispute_id",
            "dp": "disputes__stripe_dispute_id",
        },
    )
    sections = (
        (None, (tables.status, BOOKING, CUSTOMER, "payment_type", "method")),
        ("Money", (tables.figures, *TABLES)),
        ("At Stripe", ("surface", *AT_STRIPE)),
        ("When and who", ("created_at", "succeeded_at", "recorded_by", "note")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return with_refund_totals(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        refund = self.admin_site.admin_view(refund_page.view)
        name = "payments_payment_refund"
        return [path("<uuid:payment_id>/refund/", refund, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"refund_url": self._refund_url(request, object_id), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _refund_url(self, request: HttpRequest, object_id: str) -> str | None:
        """Return where to refund this payment, if this person may and something is left."""
        payment = self.get_object(request, object_id)
        if payment is None or not refund_page.is_offered(payment, request):
            return None
        return reverse("admin:payments_payment_refund", args=[UUID(str(payment.pk))])
