"""How the rows behind a figure are shown: a few columns, the first of which leads to the row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from myhibachi.core.admin import money, number, state_label
from payments.admin.links import NOTHING, link_to, purpose
from payments.admin.times import short
from payments.models import Dispute, LedgerEntry, Payment

AMOUNT = number("Amount")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The columns of one kind of rows."""

    headings: tuple[str, ...]
    of: Callable[[Any], tuple[object, ...]]
    related: tuple[str, ...] = ()


def _entry(entry: LedgerEntry) -> tuple[object, ...]:
    return (
        link_to(entry, short(entry.occurred_at)),
        money(entry.amount, entry.currency),
        entry.get_kind_display(),
        link_to(entry.booking),
        link_to(entry.payment, purpose(entry.payment)) if entry.payment else NOTHING,
        link_to(entry.booking.customer, entry.booking.customer.name),
    )


def _payment(payment: Payment) -> tuple[object, ...]:
    return (
        link_to(payment, short(payment.created_at)),
        money(payment.amount, payment.currency),
        format_html("{} {}", state_label(payment.status), payment.failure_code.replace("_", " ")),
        link_to(payment.booking),
        link_to(payment.customer, payment.customer.name),
    )


def _dispute(dispute: Dispute) -> tuple[object, ...]:
    return (
        link_to(dispute, short(dispute.opened_at)),
        money(dispute.amount, dispute.currency),
        state_label(dispute.status),
        dispute.reason.replace("_", " "),
        link_to(dispute.payment.booking),
        link_to(dispute.payment.customer, dispute.payment.customer.name),
    )


def _customer(row: dict[str, Any]) -> tuple[object, ...]:
    page = reverse("admin:customers_customer_change", args=[row["customer_id"]])
    return (
        format_html('<a href="{}">{}</a>', page, row["name"]),
        money(row["amount"]),
        number(row["payments"]),
    )


def _booking(booking: Any) -> tuple[object, ...]:
    when = f"{date_format(booking.date, 'D, M j, Y')}, {date_format(booking.time, 'g:i A')}"
    return (
        link_to(booking),
        money(booking.total, booking.currency),
        state_label(booking.status),
        when,
        number(booking.guests),
        link_to(booking.customer, booking.customer.name),
        short(booking.created_at),
    )


ENTRIES = Cells(
    headings=("When", AMOUNT, "What", "Booking", "Payment", "Customer"),
    of=_entry,
    related=("booking__customer", "payment"),
)
PAYMENTS = Cells(
    headings=("Begun", AMOUNT, "Status", "Booking", "Customer"),
    of=_payment,
    related=("booking", "customer"),
)
DISPUTES = Cells(
    headings=("Opened", AMOUNT, "Status", "Reason", "Booking", "Customer"),
    of=_dispute,
    related=("payment__booking", "payment__customer"),
)
CUSTOMERS = Cells(headings=("Customer", number("Charged"), number("Payments")), of=_customer)
BOOKINGS = Cells(
    headings=("Booking", number("Bill"), "Status", "Party", number("Guests"), "Customer", "Made"),
    of=_booking,
    related=("customer",),
)
