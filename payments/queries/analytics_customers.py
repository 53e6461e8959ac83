"""What our customers are worth. Money comes from the ledger, to the cent."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from bookings.queries.rules import current_rules
from bookings.rules import Rules
from customers.models import Customer
from myhibachi.core.money import CURRENCY
from payments.models import LedgerEntry
from payments.queries.period import Period

Kind = LedgerEntry.Kind
CHARGE = Q(kind=Kind.CHARGE)
NO_TIER = "none"


@dataclass(frozen=True, kw_only=True)
class MethodUse:
    """How many customers paid this way in the period, how often, and how much in cents."""

    method: str
    customers: int
    payments: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class TopCustomer:
    """One of those who are worth most. `lifetime_value` is cents, tips included."""

    customer_id: UUID
    name: str
    email: str
    lifetime_value: int
    tier: str
    payments: int
    bookings: int
    first_paid_at: datetime
    last_paid_at: datetime
    preferred_method: str


@dataclass(frozen=True, kw_only=True)
class CustomerAnalytics:
    """Customers in figures.

    `customers` paid in the period: `new` ones for the first time ever, `returning` ones not.
    Lifetime values, tiers and the top list count everything up to the period's end.
    """

    currency: str
    period: Period
    customers: int
    new: int
    returning: int
    lifetime_value: int
    average_lifetime_value: int
    tiers: dict[str, int]
    methods: list[MethodUse]
    top: list[TopCustomer]


def customer_analytics(
    start: date, end: date, *, limit: int = 10, now: datetime
) -> CustomerAnalytics:
    """Return the figures from `start` to `end`, local dates, both included. Six queries.

    Args:
        limit: how many top customers.

    Raises:
        InvalidInput: the dates make no sense.
    """
    period = Period(first=start, last=end)
    rules = current_rules(now)
    figures = _figures(period, rules)
    ever = sum(figures[tier] for tier in (*thresholds(rules), NO_TIER))
    return CustomerAnalytics(
        currency=CURRENCY,
        period=period,
        customers=figures["customers"],
        new=figures["new"],
        returning=figures["customers"] - figures["new"],
        lifetime_value=figures["lifetime_value"],
        average_lifetime_value=figures["lifetime_value"] // ever if ever else 0,
        tiers={tier: figures[tier] for tier in (*thresholds(rules), NO_TIER)},
        methods=_methods(period),
        top=_top(period, rules, limit),
    )


def thresholds(rules: Rules) -> dict[str, int]:
    """Return each loyalty tier's least lifetime value in cents, the highest tier first."""
    return {
        "platinum": rules.loyalty_platinum,
        "gold": rules.loyalty_gold,
        "silver": rules.loyalty_silver,
    }


def loyalty_tier(rules: Rules, lifetime_value: int) -> str:
    """Return the tier that somebody who has paid this many cents is in."""
    reached = (tier for tier, least in thresholds(rules).items() if lifetime_value >= least)
    return next(reached, NO_TIER)


def _payers(period: Period) -> QuerySet[Any, Any]:
    """One row for each customer who has ever paid, up to the period's end."""
    return (
        LedgerEntry.objects.filter(occurred_at__lt=period.end)
        .values(customer_id=F("booking__customer_id"))
        .annotate(
            value=Coalesce(Sum("amount", filter=Q(kind__in=LedgerEntry.CUSTOMER_MONEY)), 0),
            payments=Count("pk", filter=CHARGE),
            first=Min("occurred_at", filter=CHARGE),
            last=Max("occurred_at", filter=CHARGE),
        )
        .filter(payments__gt=0)
        .order_by()
    )


def _figures(period: Period, rules: Rules) -> dict[str, int]:
    tiers = {}
    below = None
    for tier, least in thresholds(rules).items():
        tiers[tier] = Count("customer_id", filter=_between(least, below))
        below = least
    tiers[NO_TIER] = Count("customer_id", filter=_between(None, below))
    in_period = Q(last__gte=period.start)
    is_new = Q(first__gte=period.start)
    return _payers(period).aggregate(
        customers=Count("customer_id", filter=in_period),
        new=Count("customer_id", filter=is_new),
        lifetime_value=Coalesce(Sum("value"), 0),
        **tiers,
    )


def _between(least: int | None, below: int | None) -> Q:
    return (Q() if least is None else Q(value__gte=least)) & (
        Q() if below is None else Q(value__lt=below)
    )


def _methods(period: Period) -> list[MethodUse]:
    found = (
        LedgerEntry.objects.filter(
            CHARGE, occurred_at__gte=period.start, occurred_at__lt=period.end
        )
        .values(method=F("payment__method"))
        .annotate(
            customers=Count("booking__customer", distinct=True),
            payments=Count("pk"),
            amount=Sum("amount"),
        )
        .order_by("-customers", "-payments", "method")
    )
    return [MethodUse(**row) for row in found]


def _top(period: Period, rules: Rules, limit: int) -> list[TopCustomer]:
    payers = _payers(period).annotate(bookings=Count("booking", filter=CHARGE, distinct=True))
    rows = list(payers.order_by("-value", "customer_id")[:limit])
    people = Customer.objects.in_bulk([row["customer_id"] for row in rows])
    preferred = _preferred_methods(period, list(people))
    return [
        TopCustomer(
            customer_id=row["customer_id"],
            name=people[row["customer_id"]].name,
            email=people[row["customer_id"]].email,
            lifetime_value=row["value"],
            tier=loyalty_tier(rules, row["value"]),
            payments=row["payments"],
            bookings=row["bookings"],
            first_paid_at=row["first"],
            last_paid_at=row["last"],
            preferred_method=preferred[row["customer_id"]],
        )
        for row in rows
    ]


def _preferred_methods(period: Period, customer_ids: list[UUID]) -> dict[UUID, str]:
    """Return how each of these customers pays most often; on a tie, the method with more money."""
    found = (
        LedgerEntry.objects.filter(
            CHARGE, occurred_at__lt=period.end, booking__customer__in=customer_ids
        )
        .values_list("booking__customer_id", "payment__method")
        .annotate(times=Count("pk"), amount=Sum("amount"))
        .order_by("times", "amount", "payment__method")
    )
    # The last of a customer's rows wins.
    return {customer_id: method for customer_id, method, *_ in found}
