"""Each kind of thing that waits for a person: which rows, and which of them comes first."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from bookings.models import Booking, Email, Quote
from bookings.queries import waiting as bookings
from payments.models import (
    Attention,
    Difference,
    Dispute,
    Invoice,
    MoneyIn,
    Payment,
    Payout,
    Refund,
    WebhookEvent,
)

Rows = QuerySet[Any]
# What failed longer ago is told by its list, and asks nobody any more.
EMAILS_SINCE = dt.timedelta(days=14)
PAYOUTS_SINCE = dt.timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind.

    Attributes:
        rows: those that wait at a moment, found by an index.
        table: what they are rows of.
        by: the date or moment that says how urgent one is.
        newest_first: whether the latest comes first; else the earliest.
        related: what is shown of it besides its own columns; the same for all kinds of a table.
        left_out: columns that are long and not shown.
    """

    name: str
    table: type[Model]
    rows: Callable[[dt.datetime], Rows]
    by: str
    newest_first: bool = False
    related: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def failing_deposits(now: dt.datetime) -> QuerySet[Payment]:
    """Return the deposits that a card was tried for in vain, while the place is still held."""
    tried = Payment.objects.filter(
        method=Payment.Method.STRIPE,
        status__in=(Payment.Status.FAILED, Payment.Status.REQUIRES_ACTION),
        payment_type__in=(Payment.Purpose.DEPOSIT, Payment.Purpose.FULL),
    )
    return tried.filter(booking__status="pending", booking__hold_expires_at__isnull=False)


def _holds(now: dt.datetime) -> Rows:
    # One whose card fails says so in a line of its own.
    fails = failing_deposits(now).filter(booking=OuterRef("pk"))
    return Booking.objects.filter(bookings.lapsing(now)).exclude(Exists(fails))


def _disputes(now: dt.datetime) -> Rows:
    """Those that can still be answered: after the bank's deadline nobody can."""
    open_ones = Dispute.objects.filter(status__in=Dispute.ANSWERABLE)
    in_time = Q(evidence_due_by__gt=now) | Q(evidence_due_by__isnull=True)
    return open_ones.filter(in_time).exclude(evidence__awaiting_stripe=True)


def _unmatched(now: dt.datetime) -> Rows:
    return MoneyIn.objects.filter(status=MoneyIn.Status.UNMATCHED, booking__isnull=True)


def _overdue(now: dt.datetime) -> Rows:
    return Invoice.objects.filter(status=Invoice.Status.OPEN, due_at__lt=now)


def _asked(now: dt.datetime) -> Rows:
    return Quote.objects.newest().filter(status=Quote.Status.DRAFT, asked_by_customer=True)


def _emails(now: dt.datetime) -> Rows:
    failed = Email.objects.filter(status=Email.Status.FAILED, created_at__gte=now - EMAILS_SINCE)
    return failed.exclude(error=Email.TOO_LATE)


def _payouts(now: dt.datetime) -> Rows:
    since = (now - PAYOUTS_SINCE).date()
    return Payout.objects.filter(status="failed", arrival_date__gte=since)


def _events(now: dt.datetime) -> Rows:
    return WebhookEvent.objects.filter(state=WebhookEvent.State.NEEDS_ATTENTION)


def _booking_kind(condition: Callable[[dt.datetime], Q]) -> Callable[[dt.datetime], Rows]:
    return lambda now: Booking.objects.filter(condition(now))


def _questions(kind: Attention.Kind) -> Kind:
    return Kind(
        name=kind.value,
        table=Attention,
        rows=lambda now: Attention.objects.open().filter(kind=kind),
        by="opened_at",
        related=("booking",),
    )


PAYMENT_BOOKING = ("payment__booking",)
KINDS = (
    Kind(
        name="deposits_failing",
        table=Payment,
        rows=failing_deposits,
        by="booking__hold_expires_at",
        related=("booking",),
    ),
    Kind(name="holds", table=Booking, rows=_holds, by="hold_expires_at"),
    Kind(
        name="disputes",
        table=Dispute,
        rows=_disputes,
        by="evidence_due_by",
        related=PAYMENT_BOOKING,
    ),
    Kind(name="late_money", table=Booking, rows=_booking_kind(bookings.late_money), by="id"),
    Kind(name="owed_soon", table=Booking, rows=_booking_kind(bookings.owed_soon), by="starts_at"),
    Kind(name="count_due", table=Booking, rows=_booking_kind(bookings.count_due), by="starts_at"),
    # What is long gone is the least likely to come: it does not hide the fresh ones.
    Kind(
        name="owed_after",
        table=Booking,
        rows=_booking_kind(bookings.owed_after),
        by="starts_at",
        newest_first=True,
    ),
    Kind(
        name="place_unknown",
        table=Booking,
        rows=_booking_kind(bookings.place_unknown),
        by="starts_at",
    ),
    Kind(name="to_finish", table=Booking, rows=_booking_kind(bookings.to_finish), by="starts_at"),
    Kind(
        name="to_approve",
        table=Refund,
        rows=lambda now: Refund.objects.to_approve(),
        by="created_at",
        related=PAYMENT_BOOKING,
    ),
    Kind(
        name="to_pay_back",
        table=Refund,
        rows=lambda now: Refund.objects.to_pay_back(),
        by="created_at",
        related=PAYMENT_BOOKING,
    ),
    *map(_questions, Attention.Kind),
    Kind(name="money_in", table=MoneyIn, rows=_unmatched, by="received_on"),
    Kind(name="invoices", table=Invoice, rows=_overdue, by="due_at", related=("booking",)),
    Kind(name="quotes", table=Quote, rows=_asked, by="created_at"),
    Kind(
        name="emails",
        table=Email,
        rows=_emails,
        by="created_at",
        newest_first=True,
        related=("booking", "quote"),
        left_out=("text", "html", "calendar"),
    ),
    Kind(name="payouts", table=Payout, rows=_payouts, by="arrival_date", newest_first=True),
    Kind(name="events", table=WebhookEvent, rows=_events, by="received_at", left_out=("payload",)),
    Kind(
        name="differences",
        table=Difference,
        rows=lambda now: Difference.objects.filter(closed_at__isnull=True),
        by="first_seen_at",
        related=("booking",),
    ),
)
