from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money,
    money_column,
    number,
    small_table,
    state_column,
    state_label,
)
from myhibachi.core.money import typed_cents
from payments.admin.base import StripeAdmin
from payments.admin.links import NOTHING
from payments.admin.stripe_dashboard import dashboard_url, stripe_column, stripe_link
from payments.admin.times import short
from payments.models import BalanceTransaction, Payout
from payments.queries.accounting_proof import payout_sums

AMOUNT = money_column("amount")
STATE = state_column()
STRIPE = stripe_link("stripe_payout_id", label="at Stripe")
AT_STRIPE = stripe_column("stripe_payout_id")
EXPORT = {
    **attributes("id", "arrival_date", "status", "automatic"),
    "amount": dollars_of("amount"),
    **attributes("currency", "stripe_payout_id"),
}
NOT_ITEMIZED = "Manual payout, not itemized: Stripe can't say which transactions it paid out."
NOT_LISTED = "Stripe has not listed all of it yet."
MOST_SHOWN = 200


@admin.display(description="made", ordering="automatic")
def made(payout: Payout) -> SafeString:
    """Who asked for it: Stripe's schedule, or a person."""
    return format_html("{}", "automatically" if payout.automatic else "by hand")


@admin.display(description="ties")
def ties(payout: Payout) -> SafeString:
    """Whether what it paid out adds up to its amount."""
    [summed] = payout_sums(Payout.objects.filter(pk=payout.pk))
    if summed.items is None:
        return format_html("{}", NOT_LISTED if payout.automatic else NOT_ITEMIZED)
    if not summed.difference:
        return format_html("{} to the cent", state_label("succeeded", "ties"))
    return format_html(
        "{} by {}", state_label("failed", "differs"), money(summed.difference, payout.currency)
    )


@admin.display(description="what it paid out")
def transactions(payout: Payout) -> SafeString:
    """Its balance transactions, its own aside, and their sum, newest first."""
    items = payout.balance_transactions.exclude(source=payout.stripe_payout_id)
    found = list(items.order_by("-occurred_at", "-pk")[: MOST_SHOWN + 1])
    if not found:
        return NOTHING
    total = money(items.aggregate(total=Sum("net"))["total"], payout.currency)
    total_row = ("", format_html("<strong>{}</strong>", "Sum"), total, "", "", "")
    table = small_table(
        ("When", "Type", number("Net"), number("Gross"), number("Fee"), "Of"),
        [*map(_row, found[:MOST_SHOWN]), total_row],
    )
    if len(found) <= MOST_SHOWN:
        return table
    return format_html("{}<p>The newest {} of {}.</p>", table, MOST_SHOWN, items.count())


def _row(item: BalanceTransaction) -> tuple[object, ...]:
    return (
        short(item.occurred_at),
        item.type.replace("_", " "),
        money(item.net, item.currency),
        money(item.amount, item.currency),
        money(item.fee, item.currency),
        format_html(
            '<a class="stripe-id" href="{}" rel="noreferrer">{}</a>',
            dashboard_url(item.source or item.stripe_balance_transaction_id),
            item.source or item.stripe_balance_transaction_id,
        ),
    )


@admin.register(Payout)
class PayoutAdmin(StripeAdmin):
    """What Stripe sent to the bank, to look at: payouts are made and stopped at Stripe."""

    list_display = ("arrival_date", AMOUNT, STATE, made, AT_STRIPE)
    list_filter = (
        "status",
        "automatic",
        ("arrival_date", DateRangeFilter),
        ("amount", MoneyRangeFilter),
    )
    export_columns = EXPORT
    ordering = ("-arrival_date", "-id")
    search_fields = ("stripe_payout_id__exact", "balance_transactions__source__exact")
    search_help_text = (
        "Stripe id of a payout, or of a charge, refund or dispute that it paid out; exact amount."
    )
    sections = (
        (None, (STATE, AMOUNT, "arrival_date", made, ties, STRIPE)),
        ("Balance transactions", (transactions,)),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payout], search_term: str
    ) -> tuple[QuerySet[Payout], bool]:
        cents = typed_cents(search_term)
        if cents is not None:
            return queryset.filter(amount=cents), False
        return super().get_search_results(request, queryset, search_term)
