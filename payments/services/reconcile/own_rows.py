"""What can be compared without Stripe: staff's own money, unanswered calls, projections."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Substr

from bookings.models import Booking
from customers.models import User
from myhibachi.core.models import AuditEntry
from myhibachi.core.money import format_cents
from payments.models import Invoice, LedgerEntry, Payment, Refund
from payments.queries.ledger import paid_towards
from payments.services.paid_back import CAUSE
from payments.services.reconcile import entries
from payments.services.reconcile.entries import Expected
from payments.services.reconcile.found import Found, Kind

# The sweeper has repeated the call some twenty times by then.
PATIENCE = timedelta(minutes=10)
PAYMENT, REFUND, INVOICE = "payments.Payment", "payments.Refund", "payments.Invoice"
BOOKING = "bookings.Booking"
MODELS: dict[str, type[Payment] | type[Refund] | type[Invoice]] = {
    PAYMENT: Payment,
    REFUND: Refund,
    INVOICE: Invoice,
}


def manual_payments() -> QuerySet[Payment]:
    """Return what staff recorded as received."""
    return Payment.objects.succeeded().exclude(method=Payment.Method.STRIPE)


def check_manual(payments: Iterable[Payment]) -> Iterator[Found]:
    """Compare staff's payments with the audit log, which can't be changed, and the ledger."""
    rows = list(payments)
    recorded = recorded_amounts(row.pk for row in rows)
    for row in rows:
        if row.amount != recorded.get(row.pk, row.amount):
            yield Found(
                kind=Kind.ROW_DIFFERS,
                object_type=PAYMENT,
                object_id=str(row.pk),
                booking_id=row.booking_id,
                reason=f"Our payment: amount is {format_cents(row.amount)}, staff recorded "
                f"{format_cents(recorded[row.pk])}.",
            )
    yield from entries.check(
        Expected(
            cause=f"manual:{row.pk}",
            kind=LedgerEntry.Kind.CHARGE,
            amount=recorded.get(row.pk, row.amount),
            payment=row,
            object_type=PAYMENT,
            object_id=str(row.pk),
        )
        for row in rows
    )


def paid_back() -> QuerySet[Refund]:
    """Return the refunds that staff have paid back themselves."""
    return Refund.objects.filter(paid_back_at__isnull=False).select_related("payment")


def check_paid_back(refunds: Iterable[Refund]) -> Iterator[Found]:
    """Compare what staff have paid back with the ledger."""
    yield from entries.check(
        Expected(
            cause=f"{CAUSE}{row.pk}",
            kind=LedgerEntry.Kind.REFUND,
            amount=-row.amount,
            payment=row.payment,
            object_type=REFUND,
            object_id=str(row.pk),
        )
        for row in refunds
    )


def who_paid_back(refund: Refund) -> User | None:
    """Return who has noted that a refund was paid back, as the audit log has it."""
    noted = AuditEntry.objects.filter(
        object_type="payments.refund", object_id=str(refund.pk), action="refund.paid_back"
    )
    return User.objects.filter(pk__in=noted.values("actor")).first()


def paid_back_by_nobody() -> QuerySet[LedgerEntry]:
    """Return the entries of what staff should have paid back, and have not."""
    named = Cast(Substr("cause", len(CAUSE) + 1), UUIDField())
    entries_by_hand = LedgerEntry.objects.filter(cause__startswith=CAUSE).annotate(named=named)
    return entries_by_hand.exclude(Exists(paid_back().filter(pk=OuterRef("named"))))


def recorded_amounts(payment_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the cents that the audit log has of staff's payments."""
    found = AuditEntry.objects.filter(
        object_type="payments.payment",
        object_id__in=[str(pk) for pk in payment_ids],
        action="payment.recorded",
    )
    return {UUID(each.object_id): each.changes["amount"] for each in found}


def unanswered(label: str, *, now: datetime) -> QuerySet[Payment | Refund | Invoice]:
    """Return the rows whose call to Stripe has had no answer for too long."""
    rows: QuerySet[Payment | Refund | Invoice] = MODELS[label]._default_manager.filter(
        awaiting_stripe=True, created_at__lt=now - PATIENCE
    )
    # Stripe hears of one that waits for a second person only once it is approved.
    return rows.exclude(decided_at__gte=now - PATIENCE) if label == REFUND else rows


def paid_by_nothing() -> QuerySet[Payment]:
    """Return card payments that claim to have succeeded and name nothing at Stripe."""
    return Payment.objects.succeeded().filter(
        Q(stripe_payment_intent_id__isnull=True) & Q(stripe_checkout_session_id__isnull=True),
        method=Payment.Method.STRIPE,
    )


def check_row(label: str, pk: UUID, *, now: datetime) -> Iterator[Found]:
    """Look at one row of ours by itself."""
    if unanswered(label, now=now).filter(pk=pk).exists():
        yield Found(
            kind=Kind.UNANSWERED,
            object_type=label,
            object_id=str(pk),
            reason=f"Stripe has not answered for {PATIENCE.seconds // 60} minutes or more.",
        )
    if label == REFUND:
        yield from check_paid_back(paid_back().filter(pk=pk))
    if label == PAYMENT:
        yield from check_manual(manual_payments().filter(pk=pk))
        for payment in paid_by_nothing().filter(pk=pk):
            yield Found(
                kind=Kind.GONE_AT_STRIPE,
                object_type=label,
                object_id=str(pk),
                booking_id=payment.booking_id,
                reason="Our payment claims to be paid by card, and names nothing at Stripe.",
            )


def check_booking(booking_id: UUID) -> Iterator[Found]:
    """Compare what a booking says was paid with the ledger."""
    booking = Booking.objects.get(pk=booking_id)
    in_ledger = paid_towards(booking_id)
    if booking.paid != in_ledger:
        yield Found(
            kind=Kind.PROJECTION,
            object_type=BOOKING,
            object_id=str(booking_id),
            booking_id=booking_id,
            reason=f"{booking.reference} says {format_cents(booking.paid)} was paid, "
            f"the ledger {format_cents(in_ledger)}.",
        )
