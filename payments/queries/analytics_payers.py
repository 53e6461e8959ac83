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


def _is_first() -> Q:
    """Tell a customer's very first charge."""
    same_customer = LedgerEntry.objects.filter(
        kind=CHARGE, booking__customer=OuterRef("booking__customer")
    )
    earlier = Q(occurred_at__lt=OuterRef("occurred_at")) | Q(
        occurred_at=OuterRef("occurred_at"), pk__lt=OuterRef("pk")
    )
    return Q(~Exists(same_customer.filter(earlier)))


def payers(period: Period, by_bucket: dict[date, Payers] | None = None) -> Payers:
    """Count who paid in the period: two queries, one where the buckets are known."""
    customers = charges_in(period).aggregate(n=Count("booking__customer", distinct=True))["n"]
    if by_bucket is None:
        return Payers(customers, charges_in(period).filter(_is_first()).count())
    return Payers(customers, sum(found.new for found in by_bucket.values()))


def payers_by_bucket(period: Period) -> dict[date, Payers]:
    """Count who paid in each bucket in which anybody did: two queries.

    A customer who pays in two of them counts in both, so returning ones don't add up.
    """
    zone = timezone.get_default_timezone()
    start = Trunc("occurred_at", period.granularity, tzinfo=zone, output_field=DateField())
    charges = charges_in(period).annotate(start=start).values_list("start").order_by()
    customers = charges.annotate(n=Count("booking__customer", distinct=True))
    # A filter of the whole query is one join; a filter of a count would ask for every charge.
    new = dict(charges.filter(_is_first()).annotate(n=Count("pk")))
    return {first: Payers(n, new.get(first, 0)) for first, n in customers}


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
