"""The ledger's movements of a period, and what they add up to. Cents throughout.

Every figure is a sum of ledger entries by the date they count on at the venue (the event's, or the
cash's), so any two that must agree do: `Totals.net` of a period is the plain sum of its entries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, DateField, Q, Sum
from django.db.models.functions import Trunc

from payments.models import LedgerEntry
from payments.queries.cash_dates import not_settled, parts_of, waits_at
from payments.queries.period import Period, bucket_start

Kind = LedgerEntry.Kind

# What no payment is known of.
OTHER = "other"


class Row(NamedTuple):
    """All entries of one kind, date, method and purpose; the month's first date by month."""

    day: date
    kind: str
    method: str | None
    payment_type: str | None
    amount: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What some movements of money add up to, in cents. What went back counts positive."""

    payments: int
    charged: int
    refunded: int
    disputed: int
    adjusted: int
    fees: int

    @property
    def revenue(self) -> int:
        """What customers paid and we kept."""
        return self.charged - self.refunded - self.disputed + self.adjusted

    @property
    def net(self) -> int:
        """Revenue after Stripe's fees."""
        return self.revenue - self.fees

    @property
    def average(self) -> int:
        """The mean charge, half a cent rounded up."""
        return (2 * self.charged + self.payments) // (2 * self.payments) if self.payments else 0


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A day, week or month, by its first date, which may come before the period's own."""

    start: date
    totals: Totals


def rows_of(period: Period) -> list[Row]:
    """Return the period's ledger, added up by date, kind, method and purpose.

    One query, three by cash date. Months are added up by the database: their days are not needed.
    """
    unit = "month" if period.granularity == "month" else "day"
    return [
        Row(*row)
        for part in parts_of(period)
        for row in part.annotate(unit=Trunc("day", unit, output_field=DateField()))
        .values_list("unit", "kind", "payment__method", "payment__payment_type")
        .annotate(total=Sum("amount"), entries=Count("pk"))
        .order_by()
    ]


def not_settled_around(period: Period) -> tuple[Totals, Totals]:
    """Add up what was not ours to use when the period began, and at its end: one query."""
    day_before = period.first - timedelta(days=1)
    earlier = waits_at(day_before) & Q(occurred_at__lt=period.start)
    found = (
        not_settled(period, since=day_before)
        .values_list("kind")
        .annotate(
            before=Sum("amount", filter=earlier, default=0),
            entries_before=Count("pk", filter=earlier),
            after=Sum("amount", filter=waits_at(period.last), default=0),
            entries_after=Count("pk", filter=waits_at(period.last)),
        )
        .order_by()
    )
    rows = list(found)
    return (
        add_up(_kind_row(period.first, kind, sum_, n) for kind, sum_, n, *_ in rows),
        add_up(_kind_row(period.last, kind, sum_, n) for kind, *_, sum_, n in rows),
    )


def _kind_row(day: date, kind: str, amount: int, entries: int) -> Row:
    return Row(day=day, kind=kind, method=None, payment_type=None, amount=amount, entries=entries)


def add_up(rows: Iterable[Row]) -> Totals:
    """Return what these rows add up to."""
    money: Counter[str] = Counter()
    payments = 0
    for row in rows:
        money[row.kind] += row.amount
        payments += row.entries if row.kind == Kind.CHARGE else 0
    return Totals(
        payments=payments,
        charged=money[Kind.CHARGE],
        refunded=-money[Kind.REFUND] - money[Kind.REFUND_REVERSAL],
        disputed=-money[Kind.DISPUTE_WITHDRAWN] - money[Kind.DISPUTE_REINSTATED],
        adjusted=money[Kind.ADJUSTMENT],
        fees=-money[Kind.FEE],
    )


def add_up_by(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, Totals]:
    """Return the totals of each group, the largest charged first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    totals = {name: add_up(group) for name, group in groups.items()}
    return dict(sorted(totals.items(), key=lambda item: (-item[1].charged, item[0])))


def buckets_of(rows: Iterable[Row], period: Period, granularity: str) -> list[Bucket]:
    """Return the totals of every bucket in order, also of those in which nothing happened."""
    groups: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        groups[bucket_start(row.day, granularity)].append(row)
    starts = replace(period, granularity=granularity).starts
    return [Bucket(start=start, totals=add_up(groups[start])) for start in starts]


def year_until(last: date) -> date:
    """Return the first date of the twelve months of which `last` is in the last."""
    year, month = divmod(last.year * 12 + last.month - 12, 12)
    return date(max(year, 1), month + 1, 1)
