"""Invoices in lists and on pages: overdue or not, and where the customer pays."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.models import Booking
from myhibachi.core.admin import money, small_table, state_label
from payments.admin import tables
from payments.admin.links import NOTHING, link_to
from payments.admin.times import short
from payments.models import Invoice


@admin.display(description="status", ordering="status")
def state(invoice: Invoice) -> SafeString:
    """The status; of an open one, whether its day has passed; of a draft, what it waits for."""
    if invoice.status == Invoice.Status.OPEN and invoice.due_at and invoice.due_at < timezone.now():
        return state_label("overdue")
    if invoice.stands_aside:
        return state_label("draft", "waits for a card payment")
    return state_label(invoice.status)


@admin.display(description="customer's page")
def pages(invoice: Invoice) -> SafeString:
    """Links to the page where the customer pays, and to the invoice as a PDF."""
    links = ((invoice.hosted_invoice_url, "Open"), (invoice.invoice_pdf, "PDF"))
    found = [link for link in links if link[0]]
    if not found:
        return NOTHING
    return format_html_join(" · ", '<a href="{}" rel="noreferrer">{}</a>', found)


def invoices_of(booking: Booking) -> tables.Table:
    """Every invoice for this booking."""
    rows = [
        (
            link_to(invoice, format_html("{}", invoice.number or short(invoice.created_at))),
            money(invoice.amount, invoice.currency),
            state(invoice),
            short(invoice.due_at) if invoice.due_at else NOTHING,
            pages(invoice),
        )
        for invoice in booking.invoices.order_by("created_at")
    ]
    headings = ("Invoice", tables.AMOUNT, "Status", "Due", "Customer's page")
    return small_table(headings, rows) if rows else NOTHING
