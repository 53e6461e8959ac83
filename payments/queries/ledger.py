"""What the ledger says. Every figure about money comes from here."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from payments.models import LedgerEntry, Payment, Refund
from payments.queries.tax import towards_bill

Kind = LedgerEntry.Kind
# What was taken of a payment and disputes took back, and what had to be adjusted of it.
TAKEN = Q(kind__in=[Kind.CHARGE, Kind.DISPUTE_WITHDRAWN, Kind.DISPUTE_REINSTATED]) | (
    Q(kind=Kind.ADJUSTMENT)
    & (
        Q(cause__startswith="adjustment:charge:")
        | Q(cause__startswith="adjustment:manual:")
        | Q(cause__startswith="adjustment:dispute:")
    )
)


def _total(entries: QuerySet[LedgerEntry]) -> int:
    return entries.aggregate(total=Sum("amount"))["total"] or 0


def paid_towards(booking_id: UUID, *, going: Mapping[UUID, int] | None = None) -> int:
    """Return what the customer has paid for the party itself, in cents, without tips.

    Nor is the tax counted that Stripe Tax put on top: it is no part of the booking's bill.

    Args:
        going: cents of each payment to leave out, because they are on their way back.
    """
    moved = LedgerEntry.objects.filter(booking=booking_id, kind__in=LedgerEntry.CUSTOMER_MONEY)
    moved = moved.exclude(payment__payment_type=Payment.Purpose.GRATUITY)
    rows = moved.values_list("payment", "payment__amount", "payment__tax")
    return sum(
        towards_bill(cents - (going or {}).get(payment, 0), amount=amount or 0, tax=tax or 0)
        for payment, amount, tax, cents in rows.annotate(cents=Sum("amount"))
    )


def refundable(payment: Payment, *, but_for: UUID | None = None) -> int:
    """Return what is left of a payment to refund, in cents, never negative.

    Refunds under way count as gone, and so does what a dispute has withdrawn.

    Args:
        but_for: a refund that is not counted, to see whether there is still room for it.
    """
    taken = _total(payment.ledger_entries.filter(TAKEN))
    live = payment.refunds.filter(status__in=Refund.LIVE)
    if but_for:
        live = live.exclude(pk=but_for)
    going_back = live.aggregate(total=Sum("amount"))["total"] or 0
    return max(taken - going_back, 0)


def adjusted_cause(cause: str) -> str:
    """Return the cause that an entry adjusts (`adjustment:<cause>#<n>`), else its own."""
    return cause.removeprefix("adjustment:").rsplit("#", 1)[0]
