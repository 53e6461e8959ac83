"""The payments of a booking on the booking's own admin page.

bookings knows nothing of payments, so this app takes its page over and adds to it.
"""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import URLPattern, path

from bookings.admin import BookingAdmin
from bookings.admin.summary import Figure, Record, owed
from bookings.admin.tools import Group, Tool, tool
from bookings.models import Booking
from myhibachi.core.admin import money, number, small_table, state_label
from myhibachi.core.few import few_ids
from myhibachi.core.money import typed_cents
from payments.admin import (
    cancel_page,
    late_money_page,
    record_payment_page,
    refund_choice_page,
    saved_card_page,
    send_invoice_page,
    tables,
)
from payments.admin.attention import open_questions
from payments.admin.invoice_cells import invoices_of
from payments.admin.links import NOTHING, link_to
from payments.admin.timeline import history
from payments.admin.times import short
from payments.models import Payment, Refund
from payments.queries.refund_totals import with_refund_totals
from payments.queries.standing import standing
from payments.queries.stripe_ids import STRIPE_ID, bookings_of


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


def refunds(booking: Booking) -> tables.Table:
    """What has gone back of its payments, or is to."""
    return tables.refunds_table(Refund.objects.filter(payment__booking=booking))


def ledger(booking: Booking) -> tables.Table:
    """Every movement of money for this booking, tips and fees included."""
    return tables.ledger_table(booking.ledger_entries.order_by("occurred_at", "id"))


PAGES: tuple[tuple[str, str, Group, Any], ...] = (
    ("late-money", "Late money…", Group.MONEY, late_money_page),
    ("saved-card", "Charge saved card…", Group.MONEY, saved_card_page),
    ("record-payment", "Record payment…", Group.MONEY, record_payment_page),
    ("send-invoice", "Send invoice…", Group.MONEY, send_invoice_page),
    ("refund", "Refund…", Group.BACK, refund_choice_page),
    ("cancel", "Cancel…", Group.BACK, cancel_page),
)


class BookingWithPaymentsAdmin(BookingAdmin):
    """A booking's page with its payments and its ledger; the list finds it by them, too."""

    search_help_text = "Reference or its beginning, name, email, phone, Stripe id, or exact amount."

    def matching(self, term: str) -> Q:
        if STRIPE_ID.fullmatch(term):
            return Q(pk__in=few_ids(bookings_of(term)))
        cents = typed_cents(term)
        if cents is None:
            return super().matching(term)
        paid = Payment.objects.filter(amount=cents)
        return Q(total=cents) | Q(pk__in=few_ids(paid, "booking"))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:booking_id>/{word}/", self.admin_site.admin_view(each.view), name=each.NAME
            )
            for word, _name, _group, each in PAGES
        ]
        return [*own, *super().get_urls()]

    def object_tools(self, request: HttpRequest, booking: Booking) -> list[Tool]:
        own = [
            tool(name, each, booking, group)
            for _word, name, group, each in PAGES
            if each.is_offered(booking, request)
        ]
        return [*super().object_tools(request, booking), *own]

    def next_step(self, booking: Booking, *, now: datetime) -> str:
        if booking.late_money:
            return "Late money…"
        if booking.starts_at <= now and owed(booking):
            return "Record payment…"
        return super().next_step(booking, now=now)

    def figures(self, booking: Booking) -> list[Figure]:
        stands = standing(booking.pk)
        return [
            *super().figures(booking),
            Figure(name="Tips", amount=stands.tips),
            Figure(name="Refundable", amount=stands.left),
            Figure(name="At risk", amount=stands.at_risk, alarms=stands.at_risk > 0),
        ]

    def alert(self, booking: Booking) -> str:
        found = open_questions(booking)
        return "" if found == NOTHING else found

    def records(self, booking: Booking) -> list[Record]:
        own = (
            ("Timeline", history),
            ("Payments", payments),
            ("Refunds", refunds),
            ("Invoices", invoices_of),
            ("Ledger", ledger),
        )
        found = [Record(heading=heading, content=show(booking)) for heading, show in own]
        return [each for each in found if each.content != NOTHING] + super().records(booking)


admin.site.unregister(Booking)
admin.site.register(Booking, BookingWithPaymentsAdmin)
