"""The ledger's movements of a period, and what they add up to. Cents throughout.

Every figure is a sum of ledger entries by the date they happened on at the venue, so any two that
must agree do: `Totals.net` of a period is the plain sum of its entries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from myhibachi.core.errors import InvalidInput
from payments.models import LedgerEntry

Kind = LedgerEntry.Kind

GRANULARITIES = ("day", "week", "month")
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
MOST_DAYS = 5 * 366


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local dates at the venue, both included, cut into days, weeks from Monday, or months.

    Raises:
        InvalidInput: the dates or the granularity make no sense.
    """

    first: date
    last: date
    granularity: str = "month"

    def __post_init__(self) -> None:
        if self.granularity not in GRANULARITIES:
            raise InvalidInput(f"One of {', '.join(GRANULARITIES)}.", attr="granularity")
        if not EARLIEST <= self.first <= LATEST:
            raise InvalidInput("This date is too far away.", attr="from")
        if not self.first <= self.last <= LATEST:
            raise InvalidInput("The last date comes before the first, or too late.", attr="to")
        if self.days > MOST_DAYS:
            raise InvalidInput(f"At most {MOST_DAYS} days at a time.", attr="from")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The moment it begins."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def previous(self) -> "Period | None":
        """As many days, just before; None where that is before all time."""
        last = self.first - timedelta(days=1)
        first = last - timedelta(days=self.days - 1)
        if first < EARLIEST:
            return None
        return Period(first=first, last=last, granularity=self.granularity)


class Row(NamedTuple):
    """All entries of one kind, date, method and purpose."""

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
    """Return the period's ledger, added up by date, kind, method and purpose: one query."""
    zone = timezone.get_default_timezone()
    found = (
        LedgerEntry.objects.filter(occurred_at__gte=period.start, occurred_at__lt=period.end)
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day", "kind", "payment__method", "payment__payment_type")
        .annotate(total=Sum("amount"), entries=Count("pk"))
        .order_by()
    )
    return [Row(*row) for row in found]


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
    days = (period.first + timedelta(days=n) for n in range(period.days))
    starts = dict.fromkeys(bucket_start(day, granularity) for day in days)
    return [Bucket(start=start, totals=add_up(groups[start])) for start in starts]


def bucket_start(day: date, granularity: str) -> date:
    """Return the first date of the day, week (from Monday) or month that `day` is in."""
    if granularity == "month":
        return day.replace(day=1)
    if granularity == "week":
        return day - timedelta(days=day.weekday())
    return day


def year_until(last: date) -> date:
    """Return the first date of the twelve months of which `last` is in the last."""
    year, month = divmod(last.year * 12 + last.month - 12, 12)
    return date(max(year, 1), month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
