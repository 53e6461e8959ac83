from django.contrib import admin

from bookings.models.order import BULKY
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
)
from payments.admin.base import MoneyAdmin
from payments.admin.links import link_column, purpose
from payments.admin.search import Search
from payments.admin.times import when_column
from payments.models import LedgerEntry

WHEN = when_column("occurred_at", label="when")
BOOKING = link_column("booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
EXPORT = {
    **attributes("id", "occurred_at", "recorded_at", "kind", "booking.reference"),
    "amount": dollars_of("amount"),
    **attributes("currency", "payment.payment_type", "payment.method", "payment.id", "cause"),
}


@admin.register(LedgerEntry)
class LedgerEntryAdmin(MoneyAdmin):
    """The ledger, to read: the database itself refuses to change or remove an entry."""

    list_display = (WHEN, AMOUNT, "kind", BOOKING, PAYMENT, "cause")
    list_filter = ("kind", ("occurred_at", DateRangeFilter), ("amount", MoneyRangeFilter))
    export_columns = EXPORT
    export_without = tuple(f"booking__{field}" for field in BULKY)
    list_select_related = ("booking", "payment")
    ordering = ("-occurred_at", "-id")
    search = Search(
        booking="booking",
        uuids=("payment",),
        stripe_ids={
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
            "re": "payment__refunds__stripe_refund_id",
        },
    )
    sections = (
        (None, ("kind", AMOUNT, BOOKING, PAYMENT, "cause")),
        ("When and who", ("occurred_at", "recorded_at", "recorded_by")),
    )
