"""Who paid in a period: new customers, returning ones, and what they are worth.

Always by the date on which they paid.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Trunc
from django.utils import timezone

from customers.models import Customer
from payments.models import LedgerEntry
from payments.queries.period import Period

CHARGE = LedgerEntry.Kind.CHARGE


class Payers(NamedTuple):
    """Customers who paid; `new` ones for the first time ever."""

    customers: int
    new: int

    @property
    def returning(self) -> int:
        """Those who had paid before."""
        return self.customers - self.new


@dataclass(frozen=True, kw_only=True)
class PayerFigures:
    """Who paid in a period, by bucket, and before.

    A customer who pays in two buckets counts in both, so returning ones don't add up.
    """

    whole: Payers
    by_bucket: dict[date, Payers]
    before: Payers | None


@dataclass(frozen=True, kw_only=True)
class TopPayer:
    """Somebody who brought much in the period. Cents, tips included, less what went back."""

    customer_id: UUID
    name: str
    amount: int
    payments: int
    lifetime_value: int
    first_paid_at: datetime


def charges_in(period: Period) -> QuerySet[Any, Any]:
    """Return the charges that happened in the period."""
    return LedgerEntry.objects.filter(
        kind=CHARGE, occurred_at__gte=period.start, occurred_at__lt=period.end
    )


def payers(period: Period, before: Period | None) -> PayerFigures:
    """Count who paid in a period, in each of its buckets, and in the period before.

    Three queries, four with a period before.
    """
    buckets = {start: period.part(start) for start in period.starts}
    whole, *parts = _first_payers([before or period, *buckets.values()])
    new = dict(zip(buckets, parts, strict=True))
    paid = _paid_by_bucket(period)
    return PayerFigures(
        whole=Payers(_paid(period), sum(parts)),
        by_bucket={start: Payers(paid.get(start, 0), new[start]) for start in buckets},
        before=Payers(_paid(before), whole) if before else None,
    )


def _first_payers(periods: list[Period]) -> list[int]:
    """Return how many customers paid for the first time ever in each of these periods."""
    charges = LedgerEntry.objects.filter(
        kind=CHARGE, occurred_at__lt=max(each.end for each in periods)
    )
    first_times = (
        charges.values("booking__customer")
        .annotate(first=Min("occurred_at"))
        .filter(first__gte=min(each.start for each in periods))
        .order_by()
    )
    within = [Q(first__gte=each.start, first__lt=each.end) for each in periods]
    counts = {f"n_{n}": Count("first", filter=inside) for n, inside in enumerate(within)}
    return list(first_times.aggregate(**counts).values())


def _paid(period: Period) -> int:
    found = charges_in(period).aggregate(n=Count("booking__customer", distinct=True))
    return int(found["n"])


def _paid_by_bucket(period: Period) -> dict[date, int]:
    zone = timezone.get_default_timezone()
    start = Trunc("occurred_at", period.granularity, tzinfo=zone, output_field=DateField())
    charges = charges_in(period).annotate(start=start).values_list("start").order_by()
    return dict(charges.annotate(n=Count("booking__customer", distinct=True)))


def payers_lifetime_value(period: Period) -> int:
    """Return what those who paid in the period had ever brought by its end: one query."""
    who = charges_in(period).values("booking__customer")
    return int(
        _customer_money(period)
        .filter(booking__customer__in=who)
        .aggregate(value=Sum("amount", default=0))["value"]
    )


def paying_customers(period: Period, who: str = "") -> QuerySet[Any, Any]:
    """Return a row for each customer who paid, with the `amount` and number of their `payments`.

    Args:
        who: "new" or "returning" for only those.
    """
    found = charges_in(period)
    if who:
        before = LedgerEntry.objects.filter(
            kind=CHARGE,
            booking__customer=OuterRef("booking__customer"),
            occurred_at__lt=period.start,
        )
        found = found.filter(Exists(before) if who == "returning" else ~Exists(before))
    rows = found.values(customer_id=F("booking__customer_id"), name=F("booking__customer__name"))
    added_up: QuerySet[Any, Any] = rows.annotate(amount=Sum("amount"), payments=Count("pk"))
    return added_up


def top_payers(period: Period, limit: int = 10) -> list[TopPayer]:
    """Return who brought most in the period: three queries."""
    money = LedgerEntry.objects.filter(
        occurred_at__gte=period.start,
        occurred_at__lt=period.end,
        kind__in=LedgerEntry.CUSTOMER_MONEY,
    )
    found = list(
        money.values(customer_id=F("booking__customer_id"))
        .annotate(total=Sum("amount"), payments=Count("pk", filter=Q(kind=CHARGE)))
        .filter(payments__gt=0)
        .order_by("-total", "customer_id")[:limit]
    )
    ids = [row["customer_id"] for row in found]
    names = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name"))
    ever = {
        customer_id: (value, first)
        for customer_id, value, first in _customer_money(period)
        .filter(booking__customer__in=ids)
        .values_list("booking__customer_id")
        .annotate(value=Sum("amount"), first=Min("occurred_at", filter=Q(kind=CHARGE)))
        .order_by()
    }
    return [
        TopPayer(
            customer_id=row["customer_id"],
            name=names[row["customer_id"]],
            amount=row["total"],
            payments=row["payments"],
            lifetime_value=ever[row["customer_id"]][0],
            first_paid_at=ever[row["customer_id"]][1],
        )
        for row in found
    ]


def _customer_money(period: Period) -> QuerySet[Any, Any]:
    """Return what customers had paid and got back by the period's end."""
    return LedgerEntry.objects.filter(
        occurred_at__lt=period.end, kind__in=LedgerEntry.CUSTOMER_MONEY
    )
