from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from myhibachi.core.admin import money_column, state_column
from payments.admin import paid_back_page
from payments.admin.base import MoneyAdmin
from payments.admin.filters import ToPayBackFilter
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import Refund

WHEN = when_column("created_at", label="created")
BOOKING = link_column("payment__booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
STATE = state_column()
PAID_BACK = when_column("paid_back_at", label="paid back")
STRIPE = stripe_link("stripe_refund_id", label="at Stripe")


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = (WHEN, AMOUNT, STATE, BOOKING, PAYMENT, "reason", "requested_by")
    list_filter = (ToPayBackFilter, "status", "created_at")
    list_select_related = ("payment__booking", "requested_by")
    ordering = ("-created_at", "-id")
    search = Search(
        booking="payment__booking",
        customer="payment__customer",
        uuids=("pk", "payment"),
        stripe_ids={
            "re": "stripe_refund_id",
            "pyr": "stripe_refund_id",
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
    )
    sections = (
        (None, (STATE, "failure_reason", AMOUNT, BOOKING, PAYMENT, STRIPE)),
        ("Why and who", ("reason", "notes", "requested_by", "created_at")),
        ("Paid back by hand", ("paid_back_by", "paid_back_reference", PAID_BACK)),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(paid_back_page.view)
        own = path("<uuid:refund_id>/paid-back/", page, name=paid_back_page.NAME)
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        refund = context.get("original")
        if refund and paid_back_page.is_offered(refund, request):
            url = reverse(f"admin:{paid_back_page.NAME}", args=[refund.pk])
            context = context | {"paid_back_url": url}
        return super().render_change_form(request, context, *args, **kwargs)
