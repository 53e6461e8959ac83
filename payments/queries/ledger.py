"""What the ledger says. Every figure about money comes from here."""

from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from payments.models import LedgerEntry, Payment, Refund

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


def paid_towards(booking_id: UUID) -> int:
    """Return what the customer has paid for the party itself, in cents, tips not counted."""
    return _total(
        LedgerEntry.objects.filter(
            booking_id=booking_id, kind__in=LedgerEntry.CUSTOMER_MONEY
        ).exclude(payment__payment_type=Payment.Purpose.GRATUITY)
    )


def received_for(booking_id: UUID) -> int:
    """Return what came in for the party, in cents, whatever of it went back; tips not counted."""
    came_in = Q(kind=Kind.CHARGE) | Q(kind=Kind.ADJUSTMENT, cause__startswith="adjustment:charge:")
    return _total(
        LedgerEntry.objects.filter(came_in, booking_id=booking_id).exclude(
            payment__payment_type=Payment.Purpose.GRATUITY
        )
    )


def refundable(payment: Payment, *, but_for: UUID | None = None) -> int:
    """Return what is left of a payment to refund, in cents, never negative.

    Refunds under way count as gone, and so does what a dispute has withdrawn.

    Args:
        but_for: a refund that is not counted, to see whether there is still room for it.
    """
    taken = _total(payment.ledger_entries.filter(TAKEN))
    live = payment.refunds.filter(status__in=Refund.LIVE).exclude(pk=but_for)
    going_back = live.aggregate(total=Sum("amount"))["total"] or 0
    return max(taken - going_back, 0)


def adjusted_cause(cause: str) -> str:
    """Return the cause that an entry adjusts (`adjustment:<cause>#<n>`), else its own."""
    return cause.removeprefix("adjustment:").rsplit("#", 1)[0]
