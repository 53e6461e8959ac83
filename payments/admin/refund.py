from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models.order import BULKY
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
)
from payments.admin import another_way_page, approval_page, paid_back_page
from payments.admin.base import MoneyAdmin
from payments.admin.filters import RefundsToDoFilter
from payments.admin.links import NOTHING, link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_column, stripe_link
from payments.admin.tables import refund_instead, refund_state
from payments.admin.times import when_column
from payments.models import Refund

WHEN = when_column("created_at", label="created")
BOOKING = link_column("payment__booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
PAID_BACK = when_column("paid_back_at", label="paid back")
DECIDED = when_column("decided_at", label="decided")
STRIPE = stripe_link("stripe_refund_id", label="at Stripe")
AT_STRIPE = stripe_column("stripe_refund_id")
EXPORT = {
    **attributes("id", "created_at", "succeeded_at", "payment.booking.reference"),
    **attributes("payment.customer.name", "payment.method", "status", "approval"),
    "amount": dollars_of("amount"),
    **attributes("currency", "reason", "notes", "requested_by.email", "failure_reason"),
    **attributes("paid_back_by", "paid_back_reference", "paid_back_at"),
    **attributes("payment.id", "stripe_refund_id"),
}
# What can be done with a refund, each on a page of its own: its address, and what its link says.
PAGES = (
    ("approval", "Approve…", approval_page),
    ("paid-back", "Paid back…", paid_back_page),
    ("another-way", "Pay back another way…", another_way_page),
)


@admin.display(description="by")
def by(refund: Refund) -> str:
    """Who asked for it."""
    return str(refund.requested_by or "Stripe's dashboard")


@admin.display(description="reason")
def reason(refund: Refund) -> SafeString:
    """Why, as it was given."""
    return format_html("{}", refund.reason.replace("_", " ")) or NOTHING


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = (WHEN, AMOUNT, refund_state, BOOKING, PAYMENT, reason, by, AT_STRIPE)
    list_filter = (
        RefundsToDoFilter,
        "status",
        ("payment__method", admin.ChoicesFieldListFilter),
        ("created_at", DateRangeFilter),
        ("amount", MoneyRangeFilter),
    )
    list_select_related = ("payment__booking", "payment__customer", "requested_by")
    export_columns = EXPORT
    export_without = tuple(f"payment__booking__{field}" for field in BULKY)
    ordering = ("-created_at", "-id")
    search = Search(
        booking="payment__booking",
        uuids=("pk", "payment"),
        stripe_ids={
            "re": "stripe_refund_id",
            "pyr": "stripe_refund_id",
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
    )
    sections = (
        (None, (refund_state, "failure_reason", AMOUNT, BOOKING, PAYMENT, STRIPE)),
        ("Why and who", (reason, "notes", "requested_by", "created_at")),
        ("Approval by a second person", ("approval", "decided_by", DECIDED)),
        ("Paid back by hand", ("paid_back_by", "paid_back_reference", PAID_BACK, refund_instead)),
    )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:refund_id>/{word}/", self.admin_site.admin_view(page.view), name=page.NAME)
            for word, _, page in PAGES
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        refund = context.get("original")
        tools = [
            (label, reverse(f"admin:{page.NAME}", args=[refund.pk]))
            for _, label, page in PAGES
            if refund and page.is_offered(refund, request)
        ]
        return super().render_change_form(request, context | {"tools": tools}, *args, **kwargs)
