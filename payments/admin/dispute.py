from django.contrib import admin

from myhibachi.core.admin import money_column, state_column
from payments.admin.base import MoneyAdmin
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_link
from payments.models import Dispute

BOOKING = link_column("payment__booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
STATE = state_column()
STRIPE = stripe_link("stripe_dispute_id", label="at Stripe")


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    """Disputes are answered in Stripe's dashboard, which asks for the right evidence."""

    list_display = ("opened_at", BOOKING, PAYMENT, AMOUNT, STATE, "reason", "evidence_due_by")
    list_filter = ("status", "reason", "created_at")
    list_select_related = ("payment__booking",)
    ordering = ("-created_at", "-id")
    search = Search(
        booking="payment__booking",
        customer="payment__customer",
        uuids=("pk", "payment"),
        stripe_ids=("stripe_dispute_id", "payment__stripe_payment_intent_id"),
    )
    sections = (
        (None, (STATE, "reason", AMOUNT, BOOKING, PAYMENT, STRIPE)),
        ("When", ("opened_at", "evidence_due_by")),
    )
