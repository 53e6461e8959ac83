"""What went back in a period: refunds by their reason, and disputes."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, StrIndex, Substr

from payments.models import Dispute, LedgerEntry, Refund
from payments.queries.analytics_money import Totals
from payments.queries.cash_dates import parts_of
from payments.queries.period import Period
from payments.queries.rates import UNKNOWN, ranked, share

Kind = LedgerEntry.Kind


@dataclass(frozen=True, kw_only=True)
class RefundReason:
    """Refunds for one reason; `rate` is their share of what was charged."""

    reason: str
    count: int
    amount: int
    rate: float | None


@dataclass(frozen=True, kw_only=True)
class Refunds:
    """What went back, in cents, less what came back because a refund failed."""

    count: int
    amount: int
    rate: float | None
    by_reason: list[RefundReason]


@dataclass(frozen=True, kw_only=True)
class Disputes:
    """Disputes opened in the period, and the cents withdrawn in it, less those given back.

    `rate` is disputes for each payment; `win_rate` the share of those decided.
    """

    count: int
    amount: int
    rate: float | None
    won: int
    lost: int

    @property
    def win_rate(self) -> float | None:
        return share(self.won, self.won + self.lost)


def with_reason(entries: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Give each entry of a refund the `reason` of the refund that its cause names."""
    # "refund:re_…" and "refund_reversal:re_…", or "refund:manual:" and our own id.
    stripe_refund_id = Substr("cause", StrIndex(F("cause"), Value(":")) + 1)
    by_hand = "refund:manual:"
    own_id = Cast(Substr("cause", len(by_hand) + 1), UUIDField())
    reason = Refund.objects.filter(
        Q(stripe_refund_id=OuterRef("stripe_refund_id")) | Q(pk=OuterRef("own_id"))
    ).values("reason")
    found: QuerySet[Any, Any] = (
        entries.filter(kind__in=[Kind.REFUND, Kind.REFUND_REVERSAL])
        .annotate(
            stripe_refund_id=stripe_refund_id,
            own_id=Case(When(cause__startswith=by_hand, then=own_id)),
        )
        .annotate(reason=Coalesce(NullIf(Subquery(reason[:1]), Value("")), Value(UNKNOWN)))
    )
    return found


def refunds_of(period: Period, totals: Totals) -> Refunds:
    """Group what went back by its reason: one query, three by cash date."""
    counts: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for part in parts_of(period):
        found = (
            with_reason(part)
            .values_list("reason")
            .annotate(count=Count("pk", filter=Q(kind=Kind.REFUND)), amount=-Sum("amount"))
            .order_by()
        )
        for reason, count, amount in found:
            counts[reason] += count
            amounts[reason] += amount
    by_reason = [
        RefundReason(
            reason=why, count=counts[why], amount=amount, rate=share(amount, totals.charged)
        )
        for why, amount in ranked(amounts)
    ]
    return Refunds(
        count=sum(row.count for row in by_reason),
        amount=totals.refunded,
        rate=share(totals.refunded, totals.charged),
        by_reason=by_reason,
    )


def disputes_opened(period: Period) -> QuerySet[Dispute]:
    """Return the disputes that were opened in the period."""
    return Dispute.objects.filter(opened_at__gte=period.start, opened_at__lt=period.end)


def disputes_of(period: Period, totals: Totals) -> Disputes:
    """Count the disputes that were opened in the period: one query."""
    found = disputes_opened(period).aggregate(
        count=Count("pk"),
        won=Count("pk", filter=Q(status=Dispute.Status.WON)),
        lost=Count("pk", filter=Q(status=Dispute.Status.LOST)),
    )
    return Disputes(**found, amount=totals.disputed, rate=share(found["count"], totals.payments))


class DisputeRow(NamedTuple):
    """Disputes opened for one reason; `amount` is what the bank asks for, in cents."""

    reason: str
    opened: int
    amount: int
    won: int
    lost: int


def dispute_rows(period: Period) -> list[DisputeRow]:
    """Return the disputes opened in the period by the bank's reason, most first: one query."""
    found = (
        disputes_opened(period)
        .values_list("reason")
        .annotate(
            opened=Count("pk"),
            sum=Sum("amount"),
            won=Count("pk", filter=Q(status=Dispute.Status.WON)),
            lost=Count("pk", filter=Q(status=Dispute.Status.LOST)),
        )
        .order_by("-opened", "reason")
    )
    return [DisputeRow(*row) for row in found]
