"""How the card payments of a period went, by when they were begun."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Case, CharField, Count, DateField, Q, Value, When
from django.db.models.functions import Trunc
from django.utils import timezone

from payments.models import Payment
from payments.models.payment import PaymentQuerySet
from payments.queries.period import Period
from payments.queries.rates import UNKNOWN, ranked, share

Status = Payment.Status

# What became of a card payment: `Attempts` counts by these, and the rows behind it are these.
OUTCOMES = {
    "succeeded": Q(status=Status.SUCCEEDED),
    "failed": Q(status=Status.FAILED) | Q(status=Status.CANCELED) & ~Q(failure_code=""),
    "open": Q(status__in=[status for status in Payment.OPEN if status != Status.FAILED]),
    "canceled": Q(status=Status.CANCELED, failure_code=""),
}


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


class AttemptRow(NamedTuple):
    """Card payments begun in one bucket that stand the same."""

    start: date
    outcome: str
    failure_code: str
    payments: int


def attempt_rows(period: Period) -> list[AttemptRow]:
    """Return the period's card payments, counted by bucket and by how they stand: one query."""
    zone = timezone.get_default_timezone()
    start = Trunc("created_at", period.granularity, tzinfo=zone, output_field=DateField())
    cases = (When(is_one, then=Value(outcome)) for outcome, is_one in OUTCOMES.items())
    found = (
        card_payments(period)
        .annotate(start=start, outcome=Case(*cases, output_field=CharField()))
        .values_list("start", "outcome", "failure_code")
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
    for _start, outcome, code, count in rows:
        counts[outcome] += count
        if outcome == "failed":
            reasons[code or UNKNOWN] += count
    return Attempts(
        **{outcome: counts[outcome] for outcome in OUTCOMES},
        reasons=[FailureReason(code=code, count=count) for code, count in ranked(reasons)],
    )
