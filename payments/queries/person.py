"""Everything that we hold of one person, table by table."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet

from bookings.models import Booking, Email, Quote, WaitlistEntry
from customers.models import Customer, LoginSession, User
from myhibachi.core.models import AuditEntry, IdempotencyKey
from payments.models import (
    Dispute,
    DisputeEvidence,
    Invoice,
    LedgerEntry,
    MoneyIn,
    Payment,
    Refund,
    WebhookEvent,
)

Rows = QuerySet[Any]


@dataclass(frozen=True, kw_only=True)
class Person:
    """One customer with the entries merged into it, and the rows of each table that are theirs."""

    customers: Rows
    users: Rows
    sessions: Rows
    bookings: Rows
    quotes: Rows
    waitlist: Rows
    emails: Rows
    payments: Rows
    money_in: Rows
    refunds: Rows
    disputes: Rows
    evidence: Rows
    invoices: Rows
    ledger: Rows
    requests: Rows

    @property
    def tables(self) -> dict[type[Model], Rows]:
        """Return the rows that somebody may have written about: in the audit log, in the admin."""
        named = (
            self.customers, self.users, self.bookings, self.quotes, self.waitlist, self.emails,
            self.payments, self.money_in, self.refunds, self.disputes, self.evidence,
            self.invoices,
        )  # fmt: skip
        return {rows.model: rows for rows in named}


def person(customer_id: UUID) -> Person:
    """Return where a customer's data is; nothing is read yet but the ids of the person."""
    ids = list(
        Customer.objects.filter(Q(pk=customer_id) | Q(merged_into=customer_id))
        .order_by("created_at")
        .values_list("pk", flat=True)
    )
    customers = Customer.objects.filter(pk__in=ids).order_by("created_at")
    users = User.objects.filter(customer__in=ids)
    bookings = Booking.objects.filter(customer__in=ids).order_by("created_at")
    quotes = Quote.objects.filter(customer__in=ids).order_by("created_at")
    waitlist = WaitlistEntry.objects.filter(customer__in=ids).order_by("created_at")
    payments = Payment.objects.filter(booking__customer__in=ids).order_by("created_at")
    about = (
        Q(booking__customer__in=ids)
        | Q(quote__customer__in=ids)
        | Q(waitlist_entry__customer__in=ids)
    )
    return Person(
        customers=customers,
        users=users,
        sessions=LoginSession.objects.filter(user__customer__in=ids).order_by("created_at"),
        bookings=bookings,
        quotes=quotes,
        waitlist=waitlist,
        emails=Email.objects.filter(about).order_by("created_at"),
        payments=payments,
        money_in=MoneyIn.objects.filter(booking__customer__in=ids).order_by("created_at"),
        refunds=Refund.objects.filter(payment__in=payments.order_by()).order_by("created_at"),
        disputes=Dispute.objects.filter(payment__in=payments.order_by()).order_by("created_at"),
        evidence=DisputeEvidence.objects.filter(dispute__payment__in=payments.order_by()),
        invoices=Invoice.objects.filter(booking__customer__in=ids).order_by("created_at"),
        ledger=LedgerEntry.objects.filter(booking__customer__in=ids).order_by("occurred_at", "pk"),
        requests=IdempotencyKey.objects.filter(user__customer__in=ids),
    )


def audit_of(whose: Person) -> QuerySet[AuditEntry]:
    """Return the audit entries about a person's rows, and about what they did themselves."""
    about = Q(actor__in=whose.users)
    for model, rows in whose.tables.items():
        ids = [str(pk) for pk in rows.order_by().values_list("pk", flat=True)]
        about |= Q(object_type=model._meta.label_lower, object_id__in=ids)
    return AuditEntry.objects.filter(about).order_by("at", "pk")


def admin_log_of(whose: Person) -> QuerySet[LogEntry]:
    """Return what the admin itself noted of a person's rows: it names them."""
    about = Q(pk__in=[])
    for model, rows in whose.tables.items():
        ids = [str(pk) for pk in rows.order_by().values_list("pk", flat=True)]
        label, name = model._meta.app_label, model._meta.model_name
        about |= Q(content_type__app_label=label, content_type__model=name, object_id__in=ids)
    return LogEntry.objects.filter(about).order_by("action_time")


def charges_of(whose: Person) -> list[str]:
    """Return the ids of a person's charges at Stripe."""
    return ids_of(whose.payments, "stripe_charge_id")


def events_of(object_ids: list[str]) -> QuerySet[WebhookEvent]:
    """Return what Stripe has told of these objects."""
    return WebhookEvent.objects.filter(object_id__in=object_ids).order_by("stripe_created", "pk")


def ids_of(rows: Rows, field: str) -> list[str]:
    """Return the Stripe ids that a column of these rows holds."""
    return list(rows.exclude(**{field: None}).values_list(field, flat=True))
