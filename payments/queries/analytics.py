"""How the payments of a period went. Money comes from the ledger, to the cent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    DateField,
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
from django.db.models.functions import Cast, Coalesce, NullIf, StrIndex, Substr, Trunc
from django.utils import timezone

from myhibachi.core.money import CURRENCY
from payments.models import Dispute, LedgerEntry, Payment, Refund
from payments.models.payment import PaymentQuerySet
from payments.queries.analytics_money import (
    Bucket,
    Totals,
    add_up,
    add_up_by,
    buckets_of,
    not_settled_around,
    rows_of,
)
from payments.queries.cash_dates import parts_of
from payments.queries.period import CASH, EVENT, Period

Kind = LedgerEntry.Kind
Status = Payment.Status

OTHER = "other"
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class FailureReason:
    """A decline code of Stripe's (https://docs.stripe.com/declines/codes), and how often."""

    code: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """How the card payments begun in the period stand now.

    One that was declined first and paid afterwards has succeeded; one that was given up after a
    decline has failed. `open` is still being paid, `canceled` was given up without a try.
    """

    succeeded: int
    failed: int
    open: int
    canceled: int
    reasons: list[FailureReason]

    @property
    def success_rate(self) -> float | None:
        """The share of those decided; None where none is."""
        return share(self.succeeded, self.succeeded + self.failed)

    @property
    def failure_rate(self) -> float | None:
        return share(self.failed, self.succeeded + self.failed)


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


@dataclass(frozen=True, kw_only=True)
class PaymentAnalytics:
    """A period in figures; `previous` is as many days before it.

    By cash date, `not_settled` is what had happened by the period's end and was not ours to use by
    then, and `not_settled_before` the same at its beginning: what happened in the period is
    `totals` + `not_settled` - `not_settled_before`. By event date both are None. Attempts and
    disputes opened always count by when they began.
    """

    currency: str
    period: Period
    totals: Totals
    by_method: dict[str, Totals]
    by_payment_type: dict[str, Totals]
    revenue: list[Bucket]
    months: list[Bucket]
    attempts: Attempts
    refunds: Refunds
    disputes: Disputes
    not_settled: Totals | None
    not_settled_before: Totals | None
    previous: "PaymentAnalytics | None"


def payment_analytics(
    start: date, end: date, granularity: str = "month", basis: str = EVENT
) -> PaymentAnalytics:
    """Return the figures from `start` to `end`, local dates, both included.

    Four queries, nine by cash date, and as many for the previous period.

    Raises:
        InvalidInput: the dates, the granularity or the basis make no sense.
    """
    period = Period(first=start, last=end, granularity=granularity, basis=basis)
    before = period.previous
    return _figures(period, previous=_figures(before, previous=None) if before else None)


def share(part: int, whole: int) -> float | None:
    """Return a rate from 0 to 1 with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def _figures(period: Period, *, previous: PaymentAnalytics | None) -> PaymentAnalytics:
    rows = rows_of(period)
    totals = add_up(rows)
    not_settled = not_settled_around(period) if period.basis == CASH else None
    return PaymentAnalytics(
        currency=CURRENCY,
        period=period,
        totals=totals,
        by_method=add_up_by(rows, lambda row: row.method or OTHER),
        by_payment_type=add_up_by(rows, lambda row: row.payment_type or OTHER),
        revenue=buckets_of(rows, period, period.granularity),
        months=buckets_of(rows, period, "month"),
        attempts=stand(attempt_rows(period)),
        refunds=refunds_of(period, totals),
        disputes=disputes_of(period, totals),
        not_settled=not_settled[1] if not_settled else None,
        not_settled_before=not_settled[0] if not_settled else None,
        previous=previous,
    )


class AttemptRow(NamedTuple):
    """Card payments begun in one bucket that stand the same."""

    start: date
    status: str
    failure_code: str
    payments: int


def attempt_rows(period: Period) -> list[AttemptRow]:
    """Return the period's card payments, counted by bucket and by how they stand: one query."""
    zone = timezone.get_default_timezone()
    found = (
        card_payments(period)
        .annotate(
            start=Trunc("created_at", period.granularity, tzinfo=zone, output_field=DateField())
        )
        .values_list("start", "status", "failure_code")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [AttemptRow(*row) for row in found]


def card_payments(period: Period) -> PaymentQuerySet:
    """Return the card payments that were begun in the period."""
    begun = Payment.objects.between(period.start, period.end)
    return begun.filter(method=Payment.Method.STRIPE)


def stand(rows: Iterable[AttemptRow]) -> Attempts:
    """Add up how card payments stand."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for _start, status, code, count in rows:
        is_failure = status == Status.FAILED or (status == Status.CANCELED and code)
        outcome = Status.FAILED if is_failure else status
        counts[outcome] += count
        if is_failure:
            reasons[code or UNKNOWN] += count
    return Attempts(
        succeeded=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        open=sum(counts[status] for status in Payment.OPEN if status != Status.FAILED),
        canceled=counts[Status.CANCELED],
        reasons=[FailureReason(code=code, count=count) for code, count in _ranked(reasons)],
    )


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
        for why, amount in _ranked(amounts)
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


# What became of a card payment: `Attempts` counts by these.
OUTCOMES = {
    "succeeded": Q(status=Status.SUCCEEDED),
    "failed": Q(status=Status.FAILED) | Q(status=Status.CANCELED) & ~Q(failure_code=""),
    "open": Q(status__in=[status for status in Payment.OPEN if status != Status.FAILED]),
    "canceled": Q(status=Status.CANCELED, failure_code=""),
}


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
