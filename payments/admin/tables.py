"""What a payment's or a booking's page shows in its fields: small tables, newest last."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from myhibachi.core.admin import money, number, small_table, state_label
from payments.admin.links import NOTHING, link_to
from payments.admin.times import short
from payments.models import LedgerEntry, Payment, Refund
from payments.queries.refund_states import in_words, state_of
from payments.services.another_way import can_be_paid_another_way, paid_instead

Table = SafeString
AMOUNT = number("Amount")


@admin.display(description="status")
def status(payment: Payment) -> SafeString:
    """The status, and why it failed where it did."""
    why = " ".join(filter(None, (payment.failure_message, payment.failure_code)))
    return format_html("{} {}", state_label(payment.status), why)


@admin.display(description="amounts")
def figures(payment: Any) -> SafeString:
    """What was paid, what went back, and what is left."""
    return render_to_string("admin/payments/payment/figures.html", {"payment": payment})


@admin.display(description="ledger entries")
def ledger(payment: Payment) -> Table:
    """Every movement of this payment's money, and its sum."""
    return ledger_table(payment.ledger_entries.order_by("occurred_at", "id"))


def ledger_table(entries: Iterable[LedgerEntry]) -> Table:
    """Return ledger entries with a last row that adds them up."""
    found = list(entries)
    if not found:
        return NOTHING
    rows = [
        (
            short(entry.occurred_at),
            link_to(entry, entry.get_kind_display()),
            money(entry.amount, entry.currency),
            entry.cause,
        )
        for entry in found
    ]
    total = money(sum(entry.amount for entry in found), found[0].currency)
    total_row = ("", format_html("<strong>{}</strong>", "Net"), total, "")
    return small_table(("When", "What", AMOUNT, "Cause"), [*rows, total_row])


@admin.display(description="status", ordering="status")
def refund_state(refund: Refund) -> SafeString:
    """The state of a refund, in words."""
    return state_label(state_of(refund), in_words(refund))


@admin.display(description="instead")
def refund_instead(refund: Refund) -> SafeString:
    """What pays a failed refund back another way."""
    return link_to(paid_instead(refund)) if can_be_paid_another_way(refund) else NOTHING


@admin.display(description="refunds")
def refunds(payment: Payment) -> Table:
    """The refunds of this payment, each with who asked for it."""
    return refunds_table(payment.refunds.all())


def refunds_table(found: QuerySet[Refund]) -> Table:
    """Return refunds, each with its state and who asked for it; the oldest first."""
    rows = [
        (
            link_to(refund, short(refund.created_at)),
            money(refund.amount, refund.currency),
            refund_state(refund),
            refund.reason.replace("_", " ") or "–",
            refund.requested_by or "Stripe's dashboard",
        )
        for refund in found.select_related("requested_by", "payment").order_by("created_at", "pk")
    ]
    headings = ("When", AMOUNT, "Status", "Reason", "By")
    return small_table(headings, rows) if rows else NOTHING


@admin.display(description="disputes")
def disputes(payment: Payment) -> Table:
    """The disputes of this payment."""
    rows = [
        (
            link_to(dispute, short(dispute.opened_at)),
            money(dispute.amount, dispute.currency),
            state_label(dispute.status),
            dispute.reason.replace("_", " "),
            short(dispute.evidence_due_by),
        )
        for dispute in payment.disputes.order_by("opened_at")
    ]
    headings = ("Opened", AMOUNT, "Status", "Reason", "Answer by")
    return small_table(headings, rows) if rows else NOTHING
