"""Where a booking's money stands, besides what its own bill says."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from payments.models import LedgerEntry, Payment
from payments.queries.at_risk import at_risk
from payments.queries.returnable import split


@dataclass(frozen=True, kw_only=True)
class Standing:
    """In cents.

    Attributes:
        tips: what was given beyond the bill and not given back.
        left: what can go back of all payments now, tips too.
        at_risk: what banks have not decided yet.
    """

    tips: int
    left: int
    at_risk: int


def standing(booking_id: UUID) -> Standing:
    """Return it by the ledger. Three queries."""
    return Standing(
        tips=_tips(booking_id),
        left=sum(share.left for share in split(booking_id)),
        at_risk=at_risk(booking_id),
    )


def _tips(booking_id: UUID) -> int:
    entries = LedgerEntry.objects.filter(booking=booking_id, kind__in=LedgerEntry.CUSTOMER_MONEY)
    of_tips = entries.filter(payment__payment_type=Payment.Purpose.GRATUITY)
    return of_tips.aggregate(total=Sum("amount"))["total"] or 0
