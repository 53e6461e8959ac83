from django.contrib import admin

from myhibachi.core.admin import money_column, state_column
from payments.admin.base import MoneyAdmin
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
STRIPE = stripe_link("stripe_refund_id", label="at Stripe")


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = (WHEN, AMOUNT, STATE, BOOKING, PAYMENT, "reason", "requested_by")
    list_filter = ("status", "created_at")
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
    )
