"""How many parties, how large, when, and how many of those who held a slot kept it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import ExtractIsoWeekDay, Trunc, TruncDate
from django.utils import timezone

from bookings.models import Booking, Status

EVER_CONFIRMED = Q(confirmed_at__isnull=False) | Q(
    status__in=[Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW]
)
# What became of a slot that somebody held.
MADE = {
    "confirmed": EVER_CONFIRMED,
    "held": Q(status=Status.PENDING) & ~EVER_CONFIRMED,
    "expired": Q(status=Status.EXPIRED) & ~EVER_CONFIRMED,
    "canceled": Q(status=Status.CANCELED) & ~EVER_CONFIRMED,
}
# What becomes of a party that was confirmed once: on, or given up.
PARTY = {
    "on": Q(status__in=[Status.CONFIRMED, Status.COMPLETED]),
    "canceled": Q(status__in=[Status.CANCELED, Status.EXPIRED]) & EVER_CONFIRMED,
    "no_show": Q(status=Status.NO_SHOW),
}
# Days from booking to party: from the first, up to but not including the second.
LEADS: dict[str, tuple[int, int | None]] = {
    "under a week": (0, 7),
    "1 to 2 weeks": (7, 14),
    "2 to 4 weeks": (14, 28),
    "4 to 8 weeks": (28, 56),
    "8 weeks or more": (56, None),
}


class PartyRow(NamedTuple):
    """Parties of one bucket of time, weekday (Monday is 1) and slot; `total` is cents."""

    start: dt.date
    weekday: int
    time: dt.time
    parties: int
    guests: int
    total: int
    canceled: int
    no_show: int


class Parties(NamedTuple):
    """The same, added up."""

    parties: int
    guests: int
    total: int
    canceled: int
    no_show: int

    @property
    def confirmed(self) -> int:
        """How many had been confirmed, whatever became of them."""
        return self.parties + self.canceled + self.no_show


class _Median(Aggregate):
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def parties(first: dt.date, last: dt.date) -> QuerySet[Booking]:
    """Return the bookings whose party is between two dates, both included."""
    return Booking.objects.filter(date__range=(first, last))


def made(start: dt.datetime, end: dt.datetime) -> QuerySet[Booking]:
    """Return the bookings made from `start` up to, not including, `end`."""
    return Booking.objects.filter(created_at__gte=start, created_at__lt=end)


def party_rows(first: dt.date, last: dt.date, granularity: str) -> list[PartyRow]:
    """Return the parties between two dates by day, week or month, weekday and slot: one query."""
    is_on = PARTY["on"]
    found = (
        parties(first, last)
        .annotate(
            start=Trunc("date", granularity, output_field=DateField()),
            weekday=ExtractIsoWeekDay("date"),
        )
        .values_list("start", "weekday", "time")
        .annotate(
            parties=Count("pk", filter=is_on),
            all_guests=Sum("guests", filter=is_on, default=0),
            all_total=Sum("total", filter=is_on, default=0),
            canceled=Count("pk", filter=PARTY["canceled"]),
            no_show=Count("pk", filter=PARTY["no_show"]),
        )
        .order_by()
    )
    return [PartyRow(*row) for row in found]


def add_up(rows: Iterable[PartyRow]) -> Parties:
    """Return what these rows add up to."""
    columns = list(zip(*(row[3:] for row in rows), strict=True))
    return Parties(*map(sum, columns)) if columns else Parties(0, 0, 0, 0, 0)


def made_counts(start: dt.datetime, end: dt.datetime) -> dict[str, int]:
    """Return how many of the bookings made in a period became what (`MADE`): one query."""
    counts = {f"n_{name}": Count("pk", filter=became) for name, became in MADE.items()}
    found = made(start, end).aggregate(**counts)
    return {name: found[f"n_{name}"] for name in MADE}


def with_lead(bookings: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Give each booking its `lead`: from the date it was made on, at the venue, to the party's."""
    made_on = TruncDate("created_at", tzinfo=timezone.get_default_timezone())
    lead = ExpressionWrapper(F("date") - made_on, output_field=DurationField())
    found: QuerySet[Any, Any] = bookings.annotate(lead=lead)
    return found


def lead_is(name: str) -> Q:
    """Return the condition of one of `LEADS`, on a booking `with_lead`."""
    least, below = LEADS[name]
    # A party noted after it was held has a lead below zero.
    within = Q(lead__gte=dt.timedelta(least)) if least else Q()
    return within if below is None else within & Q(lead__lt=dt.timedelta(below))


def lead_times(first: dt.date, last: dt.date) -> tuple[int | None, dict[str, int]]:
    """Return the median lead of parties that are on, in days, and how many have which: one query.

    None where there is no party.
    """
    counts = {f"n_{n}": Count("pk", filter=lead_is(name)) for n, name in enumerate(LEADS)}
    found = with_lead(parties(first, last).filter(PARTY["on"])).aggregate(
        median=_Median("lead"), **counts
    )
    median = found["median"]
    days = None if median is None else round(median.total_seconds() / 86400)
    return days, {name: found[f"n_{n}"] for n, name in enumerate(LEADS)}
