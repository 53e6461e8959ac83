"""The rows behind a figure: what was counted, and nothing else."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import ExtractIsoWeekDay

from bookings.models import Booking
from bookings.queries import figures as parties
from payments.models import Dispute, LedgerEntry, Payment
from payments.queries.analytics_attempts import OUTCOMES, card_payments
from payments.queries.analytics_losses import disputes_opened, with_reason
from payments.queries.analytics_money import OTHER
from payments.queries.cash_dates import entries_in
from payments.queries.period import Period
from payments.queries.rates import UNKNOWN

Kind = LedgerEntry.Kind
REFUNDED = (Kind.REFUND, Kind.REFUND_REVERSAL)
DISPUTED = (Kind.DISPUTE_WITHDRAWN, Kind.DISPUTE_REINSTATED)
# Which entries each sum of the ledger is made of.
KINDS: dict[str, tuple[str, ...]] = {
    "charged": (Kind.CHARGE,),
    "refunded": REFUNDED,
    "disputed": DISPUTED,
    "back": (*REFUNDED, *DISPUTED),
    "adjusted": (Kind.ADJUSTMENT,),
    "fees": (Kind.FEE,),
    "revenue": LedgerEntry.CUSTOMER_MONEY,
    "net": tuple(Kind.values),
}
DISPUTE_STATES = {
    "won": Q(status=Dispute.Status.WON),
    "lost": Q(status=Dispute.Status.LOST),
    "undecided": ~Q(status__in=[Dispute.Status.WON, Dispute.Status.LOST]),
}


def ledger_rows(
    period: Period,
    of: str,
    *,
    method: str = "",
    purpose: str = "",
    reason: str = "",
    customer: UUID | None = None,
) -> QuerySet[Any, Any]:
    """Return the ledger entries of one of `KINDS` that count in the period by its basis."""
    found: QuerySet[Any, Any] = entries_in(period)
    if of != "net":
        found = found.filter(kind__in=KINDS[of])
    if method:
        found = found.filter(_named("payment__method", method))
    if purpose:
        found = found.filter(_named("payment__payment_type", purpose))
    if customer:
        found = found.filter(booking__customer=customer)
    return with_reason(found).filter(reason=reason) if reason else found


def _named(path: str, name: str) -> Q:
    return Q(payment__isnull=True) if name == OTHER else Q(**{path: name})


def attempts(period: Period, *, outcome: str = "", code: str = "") -> QuerySet[Payment]:
    """Return the card payments begun in the period that stand so."""
    found = card_payments(period)
    if outcome:
        found = found.filter(OUTCOMES[outcome])
    return found.filter(failure_code="" if code == UNKNOWN else code) if code else found


def disputes(period: Period, *, state: str = "", reason: str = "") -> QuerySet[Dispute]:
    """Return the disputes opened in the period that ended so, for the bank's reason."""
    found = disputes_opened(period)
    if state:
        found = found.filter(DISPUTE_STATES[state])
    return found.filter(reason=reason) if reason else found


def bookings_made(period: Period, *, outcome: str = "") -> QuerySet[Booking]:
    """Return the bookings made in the period that became so."""
    found = parties.made(period.start, period.end)
    return found.filter(parties.MADE[outcome]) if outcome else found


def party_bookings(
    period: Period,
    outcome: str = "on",
    *,
    weekday: int | None = None,
    time: str = "",
    lead: str = "",
) -> QuerySet[Any, Any]:
    """Return the parties in the period that are on, or were given up."""
    found: QuerySet[Any, Any] = parties.parties(period.first, period.last)
    found = found.filter(parties.PARTY[outcome])
    if weekday:
        found = found.annotate(weekday=ExtractIsoWeekDay("date")).filter(weekday=weekday)
    if time:
        found = found.filter(time=time)
    return parties.with_lead(found).filter(parties.lead_is(lead)) if lead else found
