from django.contrib import admin

from myhibachi.core.admin import money_column, state_column
from payments.admin.base import MoneyAdmin
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import Dispute

OPENED = when_column("opened_at", label="opened")
ANSWER_BY = when_column("evidence_due_by", label="answer by")
BOOKING = link_column("payment__booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
STATE = state_column()
STRIPE = stripe_link("stripe_dispute_id", label="at Stripe")


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    """Disputes are answered in Stripe's dashboard, which asks for the right evidence."""

    list_display = (OPENED, AMOUNT, STATE, ANSWER_BY, BOOKING, PAYMENT, "reason")
    list_filter = ("status", "opened_at")
    list_select_related = ("payment__booking",)
    ordering = ("-created_at", "-id")
    search = Search(
        booking="payment__booking",
        customer="payment__customer",
        uuids=("pk", "payment"),
        stripe_ids={
            "du": "stripe_dispute_id",
            "dp": "stripe_dispute_id",
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
    )
    sections = (
        (None, (STATE, "reason", AMOUNT, BOOKING, PAYMENT, STRIPE)),
        ("When", ("opened_at", "evidence_due_by")),
    )
