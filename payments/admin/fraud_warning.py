from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from myhibachi.core.admin import DateRangeFilter, state_label
from payments.admin import fraud_warning_page
from payments.admin.base import MoneyAdmin
from payments.admin.fraud_warning_page import fraud_in_words
from payments.admin.links import NOTHING, link_column
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import EarlyFraudWarning
from payments.services.fraud_warnings import question_about

WARNED = when_column("warned_at", label="warned")
BOOKING = link_column("payment__booking")
CUSTOMER = link_column("payment__customer")
PAYMENT = link_column("payment")
STRIPE = stripe_link("stripe_early_fraud_warning_id", label="at Stripe")


@admin.display(description="suspected", ordering="fraud_type")
def suspected(warning: EarlyFraudWarning) -> SafeString:
    """What the network suspects, in words."""
    return format_html("{}", fraud_in_words(warning.fraud_type))


@admin.display(description="state", ordering="actionable")
def stage(warning: EarlyFraudWarning) -> SafeString:
    """Whether a refund would still keep a dispute away."""
    if warning.actionable:
        return state_label("attention", "may be refunded")
    return state_label("over")


@admin.display(description="decided")
def decided(warning: EarlyFraudWarning) -> SafeString:
    """What somebody decided, and why."""
    question = question_about(warning)
    if question is None or question.closed_at is None:
        return NOTHING
    words = (question.decision_in_words, str(question.closed_by), question.note)
    return format_html_join(", ", "{}", ((each,) for each in words if each))


@admin.register(EarlyFraudWarning)
class EarlyFraudWarningAdmin(MoneyAdmin):
    """Warnings to look at; the one thing to do about them has a page of its own."""

    list_display = (WARNED, stage, suspected, BOOKING, CUSTOMER, PAYMENT)
    list_filter = ("actionable", ("warned_at", DateRangeFilter))
    list_select_related = ("payment__booking", "payment__customer")
    ordering = ("-warned_at", "-id")
    search = Search(
        booking="payment__booking",
        uuids=("pk", "payment"),
        stripe_ids={
            "issfr": "stripe_early_fraud_warning_id",
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
        amount="payment__amount",
    )
    sections = (
        (None, (stage, suspected, PAYMENT, BOOKING, CUSTOMER, STRIPE, "warned_at", decided)),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(fraud_warning_page.view)
        own = path("<uuid:warning_id>/decide/", page, name=fraud_warning_page.NAME)
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        warning = context.get("original")
        if warning and fraud_warning_page.is_offered(warning, request):
            url = reverse(f"admin:{fraud_warning_page.NAME}", args=[warning.pk])
            context = context | {"decide_url": url}
        return super().render_change_form(request, context, *args, **kwargs)
