"""What a customer's page shows in its fields: small tables, newest first."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.cells import clock
from bookings.models import Email
from customers.models import Customer
from myhibachi.core.admin import money, number, small_table, state_label
from myhibachi.core.money import format_cents
from payments.admin import tables
from payments.admin.links import NOTHING, link_to
from payments.admin.times import short
from payments.queries.refund_totals import with_refund_totals

# More than a page can show is found by the lists' own searches.
MOST = 50


def duplicates_of(customer: Customer) -> QuerySet[Customer]:
    """Return who has the same email or phone number, however it is spelled."""
    same = Customer.objects.current().reached_by(email=customer.email, phone=customer.phone)
    return same.exclude(pk=customer.pk).order_by("created_at")


@admin.display(description="lifetime value")
def worth(customer: Any) -> SafeString:
    """What they have paid, what went back taken off, and the tier it puts them in."""
    found = customer.money
    above = found.next_tier
    missing = f"· {format_cents(above.to_go)} to {above.tier}" if above else ""
    tier = state_label(f"tier-{found.tier}", found.tier) if found.tier != "none" else ""
    return format_html("{} {} {}", format_cents(found.lifetime_value), tier, missing)


@admin.display(description="bookings")
def bookings(customer: Customer) -> SafeString:
    """Their parties, with what is paid of each."""
    rows = [
        (
            link_to(booking),
            f"{date_format(booking.date, 'M j, Y')}, {clock(booking.time)}",
            state_label(booking.status),
            number(booking.guests),
            money(booking.total, booking.currency),
            money(booking.paid, booking.currency),
        )
        for booking in customer.bookings.order_by("-starts_at")[:MOST]
    ]
    headings = ("Booking", "When", "Status", number("Guests"), number("Total"), number("Paid"))
    return small_table(headings, rows) if rows else NOTHING


@admin.display(description="payments")
def payments(customer: Customer) -> SafeString:
    """Every attempt of theirs to pay."""
    found = customer.payments.select_related("booking").order_by("-created_at")
    rows = [
        (
            link_to(payment, short(payment.created_at)),
            link_to(payment.booking),
            payment.get_payment_type_display(),
            payment.get_method_display(),
            money(payment.amount, payment.currency),
            money(payment.refunded, payment.currency),
            state_label(payment.status),
        )
        for payment in with_refund_totals(found)[:MOST]
    ]
    headings = (
        "When", "Booking", "Type", "Method", tables.AMOUNT, number("Refunded"), "Status",
    )  # fmt: skip
    return small_table(headings, rows) if rows else NOTHING


@admin.display(description="quotes")
def quotes(customer: Customer) -> SafeString:
    """The newest version of each quote they got."""
    rows = [
        (
            link_to(quote) if _has_page(quote) else str(quote),
            date_format(quote.date, "M j, Y"),
            state_label(quote.status),
            money(quote.total, quote.currency),
        )
        for quote in customer.quotes.filter(superseded_by=None).order_by("-created_at")[:MOST]
    ]
    headings = ("Quote", "For", "Status", number("Total"))
    return small_table(headings, rows) if rows else NOTHING


@admin.display(description="waitlist")
def waitlist(customer: Customer) -> SafeString:
    """The full slots they wait for, or waited for."""
    rows = [
        (
            f"{date_format(entry.date, 'M j, Y')}, {clock(entry.time)}",
            state_label(entry.status),
            number(entry.guests),
        )
        for entry in customer.waitlist.order_by("-created_at")[:MOST]
    ]
    return small_table(("Slot", "Status", number("Guests")), rows) if rows else NOTHING


@admin.display(description="e-mails")
def emails(customer: Customer) -> SafeString:
    """How many e-mails they got, or should have got."""
    about = (
        Q(booking__customer=customer)
        | Q(quote__customer=customer)
        | Q(waitlist_entry__customer=customer)
    )
    found = Email.objects.filter(about)
    sent = found.filter(status=Email.Status.SENT).count()
    failed = found.filter(status=Email.Status.FAILED).count()
    warning = state_label("attention", f"{failed} failed") if failed else ""
    return format_html("{} sent {}", sent, warning)


@admin.display(description="likely the same person")
def duplicates(customer: Customer) -> SafeString:
    """Others with the same email or phone."""
    rows = [
        (link_to(other), other.email, other.phone, short(other.created_at))
        for other in duplicates_of(customer)[:MOST]
    ]
    return small_table(("Customer", "Email", "Phone", "Since"), rows) if rows else NOTHING


@admin.display(description="merged entries")
def merged(customer: Customer) -> SafeString:
    """The entries that turned out to be this person."""
    rows = [
        (link_to(other), short(other.created_at), other.stripe_customer_id or NOTHING)
        for other in customer.merged.order_by("created_at")
    ]
    return small_table(("Entry", "Since", "Stripe customer"), rows) if rows else NOTHING


def _has_page(obj: Any) -> bool:
    return admin.site.is_registered(type(obj))


def address(customer: Customer, page: str = "change") -> str:
    """Return where a page about a customer is."""
    return reverse(f"admin:customers_customer_{page}", args=[customer.pk])
