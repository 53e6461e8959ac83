from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from bookings.models.order import BULKY
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
)
from payments.admin.base import MoneyAdmin
from payments.admin.close_invoice_page import WAYS
from payments.admin.invoice_cells import pages, state
from payments.admin.invoice_filter import DueFilter, OverdueFilter
from payments.admin.links import link_column
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_column, stripe_link
from payments.admin.times import when_column
from payments.models import Invoice

WHEN = when_column("created_at", label="created")
DUE = when_column("due_at", label="due")
BOOKING = link_column("booking")
CUSTOMER = link_column("customer")
AMOUNT = money_column("amount")
STRIPE = stripe_link("stripe_invoice_id", label="at Stripe")
AT_STRIPE = stripe_column("stripe_invoice_id")
EXPORT = {
    **attributes("id", "number", "created_at", "due_at", "booking.reference", "customer.name"),
    **attributes("customer.email", "status"),
    "amount": dollars_of("amount"),
    **attributes("currency", "stripe_invoice_id"),
}


@admin.register(Invoice)
class InvoiceAdmin(MoneyAdmin):
    """Invoices, and the ways to end one."""

    change_form_template = "admin/payments/invoice/change_form.html"
    list_display = (WHEN, AMOUNT, state, DUE, BOOKING, CUSTOMER, "number", AT_STRIPE)
    list_filter = (
        OverdueFilter,
        "status",
        ("created_at", DateRangeFilter),
        ("due_at", DueFilter),
        ("amount", MoneyRangeFilter),
    )
    export_columns = EXPORT
    export_without = tuple(f"booking__{field}" for field in BULKY)
    list_select_related = ("booking", "customer")
    ordering = ("-created_at", "-id")
    search = Search(booking="booking", stripe_ids={"in": "stripe_invoice_id"})
    sections = (
        (None, (state, "number", AMOUNT, BOOKING, CUSTOMER)),
        ("At Stripe", (STRIPE, pages)),
        ("When", ("created_at", "due_at")),
    )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:invoice_id>/{way.word}/",
                self.admin_site.admin_view(way.view),
                name=way.name,
            )
            for way in WAYS
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        invoice = context.get("original")
        tools = [
            (f"{way.title}…", reverse(f"admin:{way.name}", args=[invoice.pk]))
            for way in WAYS
            if invoice and way.is_offered(invoice, request)
        ]
        return super().render_change_form(request, context | {"tools": tools}, *args, **kwargs)
