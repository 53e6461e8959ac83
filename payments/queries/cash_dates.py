"""On which date each ledger entry counts. An ADR (0009) says what a cash date is, and why."""

from datetime import date
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, When
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from payments.models import LedgerEntry, Payment, Settlement
from payments.queries.period import CASH, Period

BY_HAND = [method for method in Payment.Method.values if method != Payment.Method.STRIPE]
CAUSES_BY_HAND = ("manual:", "refund:manual:")
# Money that never was at Stripe: it is ours from the moment staff have it.
OUTSIDE_STRIPE = Q(payment__method__in=BY_HAND)
for _cause in CAUSES_BY_HAND:
    OUTSIDE_STRIPE |= Q(cause__startswith=_cause) | Q(cause__startswith=f"adjustment:{_cause}")
EVENT_DATE = TruncDate("occurred_at", tzinfo=timezone.get_default_timezone())


def dated_entries() -> QuerySet[Any, Any]:
    """Return the ledger with each entry's `event_date` and `cash_date`, null where not known yet.

    A cash date never comes before the event's: what is corrected later counts later.
    """
    return LedgerEntry.objects.annotate(
        event_date=EVENT_DATE,
        cash_date=Case(
            When(OUTSIDE_STRIPE, then=EVENT_DATE),
            When(
                settlement__isnull=False,
                then=Greatest(F("settlement__available_on"), EVENT_DATE),
            ),
            output_field=DateField(),
        ),
    )


def dated(period: Period) -> QuerySet[Any, Any]:
    """Return the period's entries by its basis, each with both its dates."""
    entries = dated_entries()
    if period.basis == CASH:
        # Whatever counts in the period had happened before its end.
        dates = (period.first, period.last)
        return entries.filter(occurred_at__lt=period.end, cash_date__range=dates)
    return entries.filter(occurred_at__gte=period.start, occurred_at__lt=period.end)


def parts_of(period: Period) -> list[QuerySet[Any, Any]]:
    """Return the period's entries by its basis, each with the `day` that it counts on.

    By cash date they are in three parts that share no entry: what Stripe settled in the period,
    what was corrected in it after that (both as settlements, which have an entry's columns), and
    what never was at Stripe. One filter for all three would read the whole ledger.
    """
    happened = LedgerEntry.objects.filter(
        occurred_at__gte=period.start, occurred_at__lt=period.end
    ).annotate(day=EVENT_DATE)
    if period.basis != CASH:
        return [happened]
    dates = (period.first, period.last)
    settled = (
        Settlement.objects.filter(available_on__range=dates, occurred_at__lt=period.end)
        .exclude(OUTSIDE_STRIPE)
        .annotate(day=Greatest(F("available_on"), EVENT_DATE))
    )
    corrected = (
        Settlement.objects.filter(
            available_on__lt=period.first,
            occurred_at__gte=period.start,
            occurred_at__lt=period.end,
        )
        .exclude(OUTSIDE_STRIPE)
        .annotate(day=EVENT_DATE)
    )
    return [settled, corrected, happened.filter(OUTSIDE_STRIPE)]


def entries_in(period: Period) -> QuerySet[LedgerEntry]:
    """Return the same entries as one list, without their day."""
    parts = parts_of(period)
    if len(parts) == 1:
        return LedgerEntry.objects.filter(occurred_at__gte=period.start, occurred_at__lt=period.end)
    first, *others = (part.order_by().values("pk") for part in parts)
    return LedgerEntry.objects.filter(pk__in=first.union(*others, all=True))


def waits_at(last: date) -> Q:
    """Return what tells an entry of Stripe's that was not ours to use by the end of this date."""
    return Q(settlement__isnull=True) | Q(settlement__available_on__gt=last)


def not_settled(period: Period, *, since: date) -> QuerySet[LedgerEntry]:
    """Return what had happened by the period's end and was not ours to use at the end of `since`.

    So a period's events add up to its cash, plus what is not settled at its end, less what was not
    settled when it began.
    """
    happened = LedgerEntry.objects.filter(occurred_at__lt=period.end)
    return happened.filter(waits_at(since)).exclude(OUTSIDE_STRIPE)
