"""What one customer, or some, are worth: counted as the analytics count it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from payments.models import LedgerEntry
from payments.queries.analytics_customers import loyalty_tier, thresholds


@dataclass(frozen=True, kw_only=True)
class NextTier:
    """The tier above: from how many cents on, and how many are missing."""

    tier: str
    at: int
    to_go: int


@dataclass(frozen=True, kw_only=True)
class CustomerMoney:
    """Lifetime value in cents (tips included, refunds and lost disputes taken off) and tier."""

    lifetime_value: int
    tier: str
    next_tier: NextTier | None
    bookings: int


def customer_money(customer_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, CustomerMoney]:
    """Return what each of these customers is worth under the rules in force. Three queries."""
    ids = list(customer_ids)
    rules = current_rules(now)
    bookings = dict(
        Booking.objects.filter(customer__in=ids)
        .values_list("customer")
        .annotate(count=Count("pk"))
        .order_by()
    )
    values = dict(
        LedgerEntry.objects.filter(booking__customer__in=ids, kind__in=LedgerEntry.CUSTOMER_MONEY)
        .values_list("booking__customer")
        .annotate(value=Sum("amount"))
        .order_by()
    )
    return {pk: _money(rules, values.get(pk, 0), bookings.get(pk, 0)) for pk in ids}


def _money(rules: Rules, value: int, bookings: int) -> CustomerMoney:
    above = [(least, tier) for tier, least in thresholds(rules).items() if least > value]
    least, tier = min(above, default=(0, ""))
    return CustomerMoney(
        lifetime_value=value,
        tier=loyalty_tier(rules, value),
        next_tier=NextTier(tier=tier, at=least, to_go=least - value) if above else None,
        bookings=bookings,
    )
