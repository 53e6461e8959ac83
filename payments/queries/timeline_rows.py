"""The rows of a booking's timeline, from each table that knows something of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from bookings.models import Booking, Email, Quote, WaitlistEntry
from customers.models import User
from myhibachi.core.models import AuditEntry
from payments.models import (
    Attention,
    Dispute,
    DisputeEvidence,
    EarlyFraudWarning,
    Invoice,
    LedgerEntry,
    Payment,
    Refund,
)
from payments.queries import timeline_words as words
from payments.queries.ledger import adjusted_cause

Subjects = dict[tuple[str, str], Any]

YOU, HOUSE, STRIPE = "you", "My Hibachi", "Stripe"
# What nobody of ours did: Stripe said so. All else that nobody did, the clock or a rule did.
BY_STRIPE = ("payment.", "refund.", "dispute.", "invoice.status", "fraud_warning.", "evidence.")
# The money's own row says these.
TOLD_BY_MONEY = ("payment.recorded", "refund.paid_back")
# What customers are told besides money. The rest is how staff and Stripe came to it.
FOR_CUSTOMERS = frozenset((
    "booking.created", "booking.updated", "booking.rescheduled", "booking.confirmed",
    "booking.reseated", "booking.expired", "booking.canceled", "booking.completed",
    "booking.no_show", "invoice.created", "invoice.status", "email.sent",
    "quote.sent", "quote.accepted", "quote.declined", "quote.expired",
    "waitlist.joined", "waitlist.offered", "waitlist.booked", "waitlist.lapsed",
    "waitlist.withdrawn",
))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that happened.

    `amount` is signed cents, None where no money moved, and `entry` what the ledger has of it;
    `paid` is what has been paid for the party by then.
    """

    at: datetime
    kind: str
    title: str
    actor: str
    note: str = ""
    object_type: str
    object_id: str
    amount: int | None = None
    paid: int | None = None
    entry: LedgerEntry | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads: staff see names and reasons, a customer "you" and whom they deal with."""

    staff: bool
    customer_user_id: UUID | None

    def name_of(self, actor: User | None, *, otherwise: str) -> str:
        """Return what the one who did it is called here."""
        if actor is None:
            return otherwise
        if self.staff:
            return actor.name or actor.email
        return YOU if actor.pk == self.customer_user_id else HOUSE


def subjects_of(booking: Booking, *, most: int) -> Subjects:
    """Return what the log may speak of, by type and id: the booking, and all that hangs on it.

    Args:
        most: so many e-mails, the newest of them, and one more.
    """
    versions = Quote.objects.filter(booking=booking).values("reference")
    disputes = Dispute.objects.filter(payment__booking=booking)
    tables: tuple[QuerySet[Any], ...] = (
        Payment.objects.filter(booking=booking),
        Refund.objects.filter(payment__booking=booking),
        disputes,
        DisputeEvidence.objects.filter(dispute__payment__booking=booking),
        EarlyFraudWarning.objects.filter(payment__booking=booking),
        Invoice.objects.filter(booking=booking),
        Attention.objects.filter(booking=booking),
        Quote.objects.filter(reference__in=versions),
        WaitlistEntry.objects.filter(booking=booking),
        Email.objects.filter(
            Q(booking=booking)
            | Q(quote__reference__in=versions)
            | Q(waitlist_entry__booking=booking)
        )
        .defer("html", "text", "calendar")
        .order_by("-created_at", "-id")[: most + 1],
    )
    found: list[Model] = [booking, *(row for table in tables for row in table)]
    return {_key(each): each for each in found}


def log_of(subjects: Subjects, *, most: int) -> list[AuditEntry]:
    """Return the newest entries of the audit log about these, and one more than `most`."""
    about = Q()
    for kind in sorted({kind for kind, _ in subjects}):
        ids = [pk for each, pk in subjects if each == kind]
        about |= Q(object_type=kind, object_id__in=ids)
    entries = AuditEntry.objects.filter(about).exclude(action__in=TOLD_BY_MONEY)
    return list(entries.select_related("actor").order_by("-at", "-pk")[: most + 1])


def money_rows(booking: Booking, subjects: Subjects, reader: Reader) -> Iterator[Row]:
    """Yield what the ledger has of a booking; to customers, what is between them and us."""
    entries = LedgerEntry.objects.filter(booking=booking)
    if not reader.staff:
        entries = entries.exclude(kind=LedgerEntry.Kind.FEE)
    by_cause = _refunds_by_cause(subjects)
    for entry in entries.select_related("payment", "recorded_by").order_by("occurred_at", "pk"):
        refund = by_cause.get(adjusted_cause(entry.cause))
        by_card = entry.payment is None or entry.payment.method == Payment.Method.STRIPE
        kind, pk = _key(refund or entry.payment or booking)
        yield Row(
            at=entry.occurred_at,
            kind=entry.kind,
            title=words.title_of_money(entry, refund),
            amount=entry.amount,
            entry=entry,
            actor=reader.name_of(entry.recorded_by, otherwise=STRIPE if by_card else HOUSE),
            note=_why(entry, refund) if reader.staff else "",
            object_type=kind,
            object_id=pk,
        )


def log_rows(entries: Iterable[AuditEntry], subjects: Subjects, reader: Reader) -> Iterator[Row]:
    """Yield what the audit log says; to customers, what became of their party and their money."""
    for entry in entries:
        subject = subjects[entry.object_type, entry.object_id]
        # The ledger tells of money that was taken.
        is_taken = entry.action == "payment.status" and entry.changes["status"][1] == "succeeded"
        if is_taken or not (reader.staff or _is_for_customers(entry, subject)):
            continue
        otherwise = STRIPE if entry.action.startswith(BY_STRIPE) else HOUSE
        why = "; ".join(filter(None, (entry.note, words.changes_in_words(entry))))
        yield Row(
            at=entry.at,
            kind=entry.action,
            title=words.title_of_entry(entry, subject),
            actor=reader.name_of(entry.actor, otherwise=otherwise),
            note=why if reader.staff else "",
            object_type=entry.object_type,
            object_id=entry.object_id,
        )


def email_rows(emails: Iterable[Email], reader: Reader) -> Iterator[Row]:
    """Yield the e-mails that went out; to staff, also those that did not."""
    for email in emails:
        if reader.staff or email.status == Email.Status.SENT:
            kind, pk = _key(email)
            yield Row(
                at=email.sent_at or email.created_at,
                kind=f"email.{email.status}",
                title=f"E-mail {email.status}: {email.subject}",
                actor=HOUSE,
                note=email.error if reader.staff else "",
                object_type=kind,
                object_id=pk,
            )


def _key(subject: Model) -> tuple[str, str]:
    return subject._meta.label_lower, str(subject.pk)


def _refunds_by_cause(subjects: Subjects) -> dict[str, Refund]:
    refunds = [each for each in subjects.values() if isinstance(each, Refund)]
    names = ("refund:{0.stripe_refund_id}", "refund_reversal:{0.stripe_refund_id}")
    return {
        name.format(each): each for each in refunds for name in (*names, "refund:manual:{0.pk}")
    }


def _why(entry: LedgerEntry, refund: Refund | None) -> str:
    """Return the words that somebody gave for it."""
    if refund:
        said = (refund.reason.replace("_", " "), refund.notes, refund.paid_back_reference)
    elif entry.payment and entry.kind == LedgerEntry.Kind.CHARGE:
        said = (entry.payment.note, "", "")
    else:
        said = ("", "", "")
    return "; ".join(filter(None, said))


def _is_for_customers(entry: AuditEntry, subject: Model) -> bool:
    if entry.action == "payment.status":
        return bool(entry.changes["status"][1] == Payment.Status.FAILED)
    if entry.action == "refund.created" and isinstance(subject, Refund):
        # One that waits for approval may never be.
        waits = subject.approval in (Refund.Approval.REQUESTED, Refund.Approval.REJECTED)
        return subject.status in Refund.LIVE and not waits
    return entry.action in FOR_CUSTOMERS
