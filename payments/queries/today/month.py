"""How the month goes so far, beside the same days of the month before. Cents throughout."""

import calendar
import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, F, Q, Sum, Value, When

from bookings.models import OWED_FOR, Booking
from payments.models import LedgerEntry
from payments.queries.period import Period

Kind = LedgerEntry.Kind
# What is shown as still to come in.
COLLECTED_WITHIN = dt.timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Money:
    """What the ledger says of a period; what went back counts positive."""

    revenue: int
    refunded: int


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Parties that were to take place, and did not fall through; `worth` is their bills' sum."""

    count: int
    guests: int
    worth: int

    @property
    def average(self) -> int:
        """The mean bill, rounded down."""
        return self.worth // self.count if self.count else 0


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Something of two periods."""

    now: Period
    before: Period

    @classmethod
    def month_of(cls, today: dt.date) -> "Compared":
        """Return the month until today, and as many days of the one before."""
        first = today.replace(day=1)
        last_before = first - dt.timedelta(days=1)
        length = calendar.monthrange(last_before.year, last_before.month)[1]
        return cls(
            now=Period(first=first, last=today),
            before=Period(
                first=last_before.replace(day=1),
                last=last_before.replace(day=min(today.day, length)),
            ),
        )


def money_of(periods: Compared) -> tuple[Money, Money]:
    """Add up the ledger of both periods in one query, from their own entries alone."""
    now, before = (
        Q(occurred_at__gte=period.start, occurred_at__lt=period.end)
        for period in (periods.now, periods.before)
    )
    which = Case(When(now, then=Value("now")), default=Value("before"), output_field=CharField())
    found = (
        LedgerEntry.objects.filter(now | before)
        .annotate(which=which)
        .values_list("which", "kind")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    moved: dict[str, Counter[str]] = {"now": Counter(), "before": Counter()}
    for name, kind, total in found:
        moved[name][kind] = total
    return _money(moved["now"]), _money(moved["before"])


def _money(moved: Counter[str]) -> Money:
    return Money(
        # What customers paid and we kept: fees are between us and Stripe.
        revenue=sum(moved[kind] for kind in LedgerEntry.CUSTOMER_MONEY),
        refunded=-moved[Kind.REFUND] - moved[Kind.REFUND_REVERSAL],
    )


def parties_of(periods: Compared) -> tuple[Parties, Parties]:
    """Count the parties of both periods in one query."""
    now, before = (
        Q(date__range=(period.first, period.last)) for period in (periods.now, periods.before)
    )
    found = Booking.objects.filter(now | before, status__in=OWED_FOR).aggregate(
        **{
            f"{name}_{when}": figure(of, filter=which)
            for when, which in (("now", now), ("before", before))
            for name, figure, of in (
                ("count", Count, "pk"),
                ("guests", Sum, "guests"),
                ("worth", Sum, "total"),
            )
        }
    )

    def parties(when: str) -> Parties:
        return Parties(
            **{name: found[f"{name}_{when}"] or 0 for name in ("count", "guests", "worth")}
        )

    return parties("now"), parties("before")


def to_collect(now: dt.datetime) -> int:
    """Return what the parties of the next 30 days still owe."""
    coming = Booking.objects.filter(
        status__in=OWED_FOR,
        paid__lt=F("total"),
        starts_at__gt=now,
        starts_at__lte=now + COLLECTED_WITHIN,
    )
    return coming.aggregate(owed=Sum(F("total") - F("paid")))["owed"] or 0
