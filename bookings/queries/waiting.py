"""The bookings that wait for a person, each kind a condition that an index answers."""

import datetime as dt
from collections.abc import Callable

from django.db.models import DurationField, ExpressionWrapper, F, IntegerField, Max, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from bookings.models import OWED_FOR, RuleBook, Status

# A hold runs for two hours; half of it has passed, and the customer has been reminded.
LAPSES_SOON = dt.timedelta(hours=1)
COLLECT_BEFORE = dt.timedelta(hours=48)
COUNT_IS_NEAR = dt.timedelta(hours=24)
# The longest party takes two hours.
OVER_AFTER = dt.timedelta(hours=3)
OWES = Q(paid__lt=F("total"))


def lapsing(now: dt.datetime) -> Q:
    """Those whose hold is about to run out, and whose deposit is not paid."""
    soon = Q(status=Status.PENDING, hold_expires_at__lte=now + LAPSES_SOON)
    return soon & Q(paid__lt=F("deposit_due"))


def late_money(now: dt.datetime) -> Q:
    """Those that were paid after they had expired or been canceled."""
    return Q(late_money=True)


def owed_soon(now: dt.datetime) -> Q:
    """The parties of the next two days that are not all paid."""
    soon = Q(starts_at__gt=now, starts_at__lte=now + COLLECT_BEFORE)
    return Q(status__in=OWED_FOR) & OWES & soon


def owed_after(now: dt.datetime) -> Q:
    """The parties that have begun, or are over, and are not all paid."""
    return Q(status__in=OWED_FOR, starts_at__lte=now) & OWES


def count_due(now: dt.datetime) -> Q:
    """The parties whose number of guests can change for less than a day, and is not noted as final.

    How long it can change is by each one's own rules.
    """
    hours = Cast(KT("rules_snapshot__final_count_hours"), IntegerField())
    before = ExpressionWrapper(hours * Value(dt.timedelta(hours=1)), output_field=DurationField())
    final_at = F("starts_at") - before
    longest = RuleBook.objects.aggregate(longest=Max("final_count_hours"))["longest"] or 0
    latest = now + COUNT_IS_NEAR + dt.timedelta(hours=longest)
    coming = Q(status=Status.CONFIRMED, starts_at__gt=now, starts_at__lte=latest)
    near = Q(GreaterThan(final_at, now)) & Q(LessThanOrEqual(final_at, now + COUNT_IS_NEAR))
    return coming & near & ~Q(final_guests=F("guests"))


def to_finish(now: dt.datetime) -> Q:
    """The parties that are over, and nobody has said whether they took place."""
    return Q(status=Status.CONFIRMED, starts_at__lte=now - OVER_AFTER)


def place_unknown(now: dt.datetime) -> Q:
    """The coming parties whose place could not be found on the map."""
    return Q(location_needs_review=True, seat__isnull=False, starts_at__gt=now)


# By what a list's address calls them.
WAITING: dict[str, Callable[[dt.datetime], Q]] = {
    "lapsing": lapsing,
    "late_money": late_money,
    "owed_soon": owed_soon,
    "owed_after": owed_after,
    "count_due": count_due,
    "to_finish": to_finish,
    "location": place_unknown,
}
