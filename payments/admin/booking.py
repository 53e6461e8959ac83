"""The payments of a booking on the booking's own admin page.

bookings knows nothing of payments, so this app takes its page over and adds to it.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from bookings.admin import BookingAdmin
from bookings.models import Booking
from myhibachi.core.admin import money, number, small_table, state_label
from myhibachi.core.admin.columns import Column
from payments.admin import (
    cancel_page,
    late_money_page,
    record_payment_page,
    saved_card_page,
    send_invoice_page,
    tables,
    timeline,
)
from payments.admin.attention import open_questions
from payments.admin.invoice_cells import invoices_of
from payments.admin.links import NOTHING, link_to
from payments.admin.times import short
from payments.models import Refund
from payments.queries.refund_totals import with_refund_totals


@admin.display(description="payments")
def payments(booking: Booking) -> tables.Table:
    """Every attempt to pay for this booking."""
    rows = [
        (
            link_to(payment, short(payment.created_at)),
            payment.get_payment_type_display(),
            payment.get_method_display(),
            money(payment.amount, payment.currency),
            money(payment.refunded, payment.currency),
            state_label(payment.status),
        )
        for payment in with_refund_totals(booking.payments.order_by("created_at"))
    ]
    headings = ("When", "Type", "Method", tables.AMOUNT, number("Refunded"), "Status")
    return small_table(headings, rows) if rows else NOTHING


@admin.display(description="refunds")
def refunds(booking: Booking) -> tables.Table:
    """What has gone back of its payments, or is to."""
    return tables.refunds_table(Refund.objects.filter(payment__booking=booking))


@admin.display(description="ledger entries")
def ledger(booking: Booking) -> tables.Table:
    """Every movement of money for this booking, tips and fees included."""
    return tables.ledger_table(booking.ledger_entries.order_by("occurred_at", "id"))


SECTION: tuple[Column, ...] = (timeline.standing, payments, refunds, invoices_of, ledger)


class BookingWithPaymentsAdmin(BookingAdmin):
    """A booking's page with its payments and its ledger."""

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("cancel", cancel_page),
            ("late-money", late_money_page),
            ("record-payment", record_payment_page),
            ("saved-card", saved_card_page),
            ("send-invoice", send_invoice_page),
        )
        own = [
            path(
                f"<uuid:booking_id>/{word}/", self.admin_site.admin_view(each.view), name=each.NAME
            )
            for word, each in pages
        ]
        return [*own, *super().get_urls()]

    def object_tools(self, request: HttpRequest, booking: Booking) -> list[tuple[str, str]]:
        pages = (
            ("Record payment…", record_payment_page),
            ("Charge saved card…", saved_card_page),
            ("Send invoice…", send_invoice_page),
            ("Late money…", late_money_page),
            ("Cancel…", cancel_page),
        )
        own = [
            (name, reverse(f"admin:{each.NAME}", args=[booking.pk]))
            for name, each in pages
            if each.is_offered(booking, request)
        ]
        return [*super().object_tools(request, booking), *own]

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is None:
            return sections
        *above, history = sections
        if obj.attention.open().exists():
            above.insert(0, ("Attention", {"fields": (open_questions,)}))
        told = ("Timeline", {"fields": (timeline.history,)})
        return [*above, ("Payments", {"fields": SECTION}), told, history]

    def get_readonly_fields(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        shown = (open_questions, *SECTION, timeline.history) if obj else ()
        return (*super().get_readonly_fields(request, obj), *shown)


admin.site.unregister(Booking)
admin.site.register(Booking, BookingWithPaymentsAdmin)
