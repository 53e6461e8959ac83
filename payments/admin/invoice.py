from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from myhibachi.core.admin import money_column, state_column
from payments.admin.base import MoneyAdmin
from payments.admin.links import NOTHING, link_column
from payments.admin.search import Search
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import Invoice

WHEN = when_column("created_at", label="created")
DUE = when_column("due_at", label="due")
BOOKING = link_column("booking")
CUSTOMER = link_column("customer")
AMOUNT = money_column("amount")
STATE = state_column()
STRIPE = stripe_link("stripe_invoice_id", label="at Stripe")


@admin.display(description="customer's page")
def hosted_page(invoice: Invoice) -> SafeString:
    """Link to the page where the customer pays."""
    if not invoice.hosted_invoice_url:
        return NOTHING
    return format_html('<a href="{}" rel="noreferrer">Open</a>', invoice.hosted_invoice_url)


@admin.register(Invoice)
class InvoiceAdmin(MoneyAdmin):
    list_display = (WHEN, AMOUNT, STATE, DUE, BOOKING, CUSTOMER, "number")
    list_filter = ("status", "created_at", "due_at")
    list_select_related = ("booking", "customer")
    ordering = ("-created_at", "-id")
    search = Search(booking="booking", customer="customer", stripe_ids={"in": "stripe_invoice_id"})
    sections = (
        (None, (STATE, "number", AMOUNT, BOOKING, CUSTOMER)),
        ("At Stripe", (STRIPE, hosted_page)),
        ("When", ("created_at", "due_at")),
    )
