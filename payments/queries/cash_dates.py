"""On which date each ledger entry counts. An ADR (0009) says what a cash date is, and why."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, When
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from payments.models import LedgerEntry, Payment
from payments.queries.period import CASH, Period, midnight

BY_HAND = [method for method in Payment.Method.values if method != Payment.Method.STRIPE]
CAUSES_BY_HAND = ("manual:", "refund:manual:")
# Money that never was at Stripe: it is ours from the moment staff have it.
OUTSIDE_STRIPE = Q(payment__method__in=BY_HAND)
for _cause in CAUSES_BY_HAND:
    OUTSIDE_STRIPE |= Q(cause__startswith=_cause) | Q(cause__startswith=f"adjustment:{_cause}")


def dated_entries() -> QuerySet[Any, Any]:
    """Return the ledger with each entry's `event_date` and `cash_date`, null where not known yet.

    A cash date never comes before the event's: what is corrected later counts later.
    """
    zone = timezone.get_default_timezone()
    available_on = F("settlement__balance_transaction__available_on")
    return LedgerEntry.objects.annotate(
        event_date=TruncDate("occurred_at", tzinfo=zone),
        cash_date=Case(
            When(OUTSIDE_STRIPE, then=TruncDate("occurred_at", tzinfo=zone)),
            When(
                settlement__balance_transaction__isnull=False,
                then=Greatest(available_on, TruncDate("occurred_at", tzinfo=zone)),
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


def entries_in(period: Period) -> QuerySet[Any, Any]:
    """Return the period's entries by its basis, each with the `day` that it counts on."""
    if period.basis == CASH:
        by_cash: QuerySet[Any, Any] = dated(period).annotate(day=F("cash_date"))
        return by_cash
    zone = timezone.get_default_timezone()
    # Without the join that cash dates take.
    return LedgerEntry.objects.filter(
        occurred_at__gte=period.start, occurred_at__lt=period.end
    ).annotate(day=TruncDate("occurred_at", tzinfo=zone))


def not_settled(last: date) -> QuerySet[LedgerEntry]:
    """Return what had happened by the end of this date and was not ours to use by then.

    So a period's events add up to its cash, plus what is not settled at its end, less what was not
    settled when it began.
    """
    known = "settlement__balance_transaction"
    waiting = Q(**{f"{known}__isnull": True}) | Q(**{f"{known}__available_on__gt": last})
    before = LedgerEntry.objects.filter(occurred_at__lt=midnight(last + timedelta(days=1)))
    return before.filter(waiting).exclude(OUTSIDE_STRIPE)
