"""Proofs that totals kept for speed equal the ledger they come from."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce, Round

from bookings.models import Booking
from payments.models import LedgerEntry, Payment

TIP = Payment.Purpose.GRATUITY


@dataclass(frozen=True, kw_only=True)
class WrongProjection:
    """A booking whose `paid` is not what the ledger says. Cents."""

    reference: str
    paid: int
    in_ledger: int


def wrong_bookings() -> QuerySet[Any]:
    """Return the bookings whose `paid` differs from their ledger's sum (`in_ledger`).

    Tips are not counted, nor is the tax on top of the bill.
    """
    money = LedgerEntry.objects.filter(kind__in=LedgerEntry.CUSTOMER_MONEY).order_by()
    entries = money.filter(booking=OuterRef("pk")).exclude(payment__payment_type=TIP)
    in_ledger = Coalesce(_sum(entries, "booking", "amount"), 0) - Coalesce(_tax(money), 0)
    return Booking.objects.annotate(in_ledger=in_ledger).exclude(paid=F("in_ledger"))


def _tax(money: QuerySet[LedgerEntry]) -> Subquery:
    """The tax of each booking, as `payments.queries.tax.towards_bill` leaves it out."""
    taxed = Payment.objects.filter(booking=OuterRef("pk"), tax__gt=0).exclude(payment_type=TIP)
    left = Coalesce(_sum(money.filter(payment=OuterRef("pk")), "payment", "amount"), 0)
    exact = Cast("left", DecimalField(max_digits=30, decimal_places=10)) * F("amount")
    bill = Round(exact / (F("amount") + F("tax")), output_field=DecimalField())
    return _sum(taxed.annotate(left=left, over=F("left") - bill).order_by(), "booking", "over")


def _sum(rows: QuerySet[Any], per: str, what: str) -> Subquery:
    totals = rows.values(per).annotate(total=Cast(Sum(what), BigIntegerField()))
    return Subquery(totals.values("total"))


def wrong_projections() -> list[WrongProjection]:
    """Return every booking whose `paid` differs from its ledger's sum, tips not counted."""
    return [
        WrongProjection(reference=reference, paid=paid, in_ledger=in_ledger)
        for reference, paid, in_ledger in wrong_bookings()
        .order_by("created_at")
        .values_list("reference", "paid", "in_ledger")
    ]
