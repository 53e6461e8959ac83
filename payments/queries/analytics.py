"""How the payments of a period went. Money comes from the ledger, to the cent."""

from dataclasses import dataclass
from datetime import date

from myhibachi.core.money import CURRENCY
from payments.queries.analytics_attempts import Attempts, attempt_rows, stand
from payments.queries.analytics_losses import Disputes, Refunds, disputes_of, refunds_of
from payments.queries.analytics_money import (
    OTHER,
    Bucket,
    Totals,
    add_up,
    add_up_by,
    buckets_of,
    not_settled_around,
    rows_of,
)
from payments.queries.period import CASH, EVENT, Period


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
