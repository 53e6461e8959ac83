"""Proofs that totals kept for speed equal the ledger they come from."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from bookings.models import Booking
from payments.models import LedgerEntry, Payment


@dataclass(frozen=True, kw_only=True)
class WrongProjection:
    """A booking whose `paid` is not what the ledger says. Cents."""

    reference: str
    paid: int
    in_ledger: int


def wrong_bookings() -> QuerySet[Any]:
    """Return the bookings whose `paid` differs from their ledger's sum (`in_ledger`).

    Tips are not counted.
    """
    entries = (
        LedgerEntry.objects.filter(booking=OuterRef("pk"), kind__in=LedgerEntry.CUSTOMER_MONEY)
        .exclude(payment__payment_type=Payment.Purpose.GRATUITY)
        .order_by()
        .values("booking")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return Booking.objects.annotate(in_ledger=Coalesce(Subquery(entries), 0)).exclude(
        paid=F("in_ledger")
    )


def wrong_projections() -> list[WrongProjection]:
    """Return every booking whose `paid` differs from its ledger's sum, tips not counted."""
    return [
        WrongProjection(reference=reference, paid=paid, in_ledger=in_ledger)
        for reference, paid, in_ledger in wrong_bookings()
        .order_by("created_at")
        .values_list("reference", "paid", "in_ledger")
    ]
