"""Whether our ledger ties to Stripe's balance transactions and payouts. Signed cents throughout."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from payments.models import BalanceTransaction, Payout
from payments.queries.accounting import CHUNK, TRANSACTION
from payments.queries.cash_dates import OUTSIDE_STRIPE, dated
from payments.queries.period import CASH, EVENT, Period

# These move our balance to the bank and back, and earn or cost nothing.
TO_THE_BANK = ("payout", "payout_failure", "payout_cancel")
MOST_SHOWN = 20


@dataclass(kw_only=True)
class Group:
    """So many of Stripe's transactions of one type."""

    type: str
    count: int = 0
    gross: int = 0
    fee: int = 0
    net: int = 0


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A balance transaction that our ledger has otherwise."""

    stripe_id: str
    source: str
    stripe: int
    ledger: int


@dataclass(frozen=True, kw_only=True)
class PayoutSum:
    """What arrived at the bank, beside the sum of what it paid out; None where not listed."""

    payout: Payout
    items: int | None

    @property
    def difference(self) -> int:
        return 0 if self.items is None else self.payout.amount - self.items


@dataclass(kw_only=True)
class Proof:
    """Both sides of the books for a period.

    `through_stripe - not_told - ledger_elsewhere + stripe_elsewhere` is what our ledger has for the
    transactions that Stripe has in the period and that are of a booking; `stripe - not_of_bookings`
    is what Stripe has for the same. They are equal, or `difference` says by how much not.

    Attributes:
        outside: what staff received and paid back: no transaction of Stripe's.
        not_told: entries that Stripe has told no transaction of yet.
        ledger_elsewhere: entries of the period whose transaction is of another one.
        stripe_elsewhere: entries of another period whose transaction is of this one.
        not_of_bookings: transactions without any entry: Stripe's own fees, and what was taken
            through Stripe for no booking.
    """

    period: Period
    outside: int = 0
    not_told: int = 0
    not_told_count: int = 0
    ledger_elsewhere: int = 0
    stripe_elsewhere: int = 0
    through_stripe: int = 0
    groups: list[Group] = field(default_factory=list)
    not_of_bookings: int = 0
    not_of_bookings_count: int = 0
    differing: list[Differing] = field(default_factory=list)
    differing_count: int = 0
    payouts: list[PayoutSum] = field(default_factory=list)

    @property
    def ledger(self) -> int:
        """All that our ledger has in the period: what the export adds up to."""
        return self.outside + self.through_stripe

    @property
    def ledger_side(self) -> int:
        return self.through_stripe - self.not_told - self.ledger_elsewhere + self.stripe_elsewhere

    @property
    def stripe(self) -> int:
        """All that Stripe has in the period, payouts aside."""
        return sum(group.net for group in self.groups)

    @property
    def stripe_side(self) -> int:
        return self.stripe - self.not_of_bookings

    @property
    def difference(self) -> int:
        return self.ledger_side - self.stripe_side

    @property
    def ties(self) -> bool:
        """Whether nothing differs: no transaction, and no payout."""
        return not self.differing_count and not any(each.difference for each in self.payouts)


def proof(period: Period) -> Proof:
    """Set the ledger's period beside Stripe's: three queries, in memory that doesn't grow."""
    found = Proof(period=period)
    _add_entries(found)
    _add_transactions(found)
    found.payouts = list(payout_sums(_arrived(period.first, period.last)))
    return found


def payout_sums(payouts: QuerySet[Payout]) -> Iterable[PayoutSum]:
    """Yield payouts with the sum of what they paid out, where that is listed."""
    own = Q(balance_transactions__source=F("stripe_payout_id"))
    summed = payouts.annotate(
        items=Coalesce(Sum("balance_transactions__net", filter=~own), Value(0))
    )
    for payout in summed:
        is_listed = payout.automatic and not payout.awaiting_stripe
        yield PayoutSum(payout=payout, items=payout.items if is_listed else None)


def _add_entries(found: Proof) -> None:
    """Add up the period's entries by where they stand at Stripe."""
    entries = dated(found.period).annotate(
        place=Case(
            When(OUTSIDE_STRIPE, then=Value("outside")),
            When(**{f"{TRANSACTION}__isnull": True}, then=Value("not_told")),
            When(_in(found.period, f"{TRANSACTION}__"), then=Value("here")),
            default=Value("ledger_elsewhere"),
        )
    )
    summed = entries.values_list("place").annotate(total=Sum("amount"), count=Count("pk"))
    for place, total, count in summed.order_by():
        if place == "not_told":
            found.not_told_count = count
        if place != "here":
            setattr(found, place, total)
        if place != "outside":
            found.through_stripe += total


def _add_transactions(found: Proof) -> None:
    """Compare each of the period's transactions with all that our ledger has of it."""
    groups: dict[str, Group] = {}
    here = Q(settlements__entry__occurred_at__lt=found.period.end)
    if found.period.basis == EVENT:
        here &= Q(settlements__entry__occurred_at__gte=found.period.start)
    rows = (
        BalanceTransaction.objects.filter(_in(found.period))
        .exclude(type__in=TO_THE_BANK)
        .annotate(
            entries=Count("settlements"),
            booked=Coalesce(Sum("settlements__entry__amount"), Value(0)),
            here=Coalesce(Sum("settlements__entry__amount", filter=here), Value(0)),
        )
        .order_by("occurred_at", "pk")
    )
    for row in rows.iterator(CHUNK):
        group = groups.setdefault(row.type, Group(type=row.type))
        group.count += 1
        group.gross, group.fee = group.gross + row.amount, group.fee + row.fee
        group.net += row.net
        _compare(found, row)
    found.groups = sorted(groups.values(), key=lambda group: group.type)


def _compare(found: Proof, row: Any) -> None:
    if not row.entries:
        found.not_of_bookings += row.net
        found.not_of_bookings_count += 1
        return
    found.stripe_elsewhere += row.booked - row.here
    if row.booked != row.net:
        found.differing_count += 1
        if len(found.differing) < MOST_SHOWN:
            found.differing.append(
                Differing(
                    stripe_id=row.stripe_balance_transaction_id,
                    source=row.source,
                    stripe=row.net,
                    ledger=row.booked,
                )
            )


def _in(period: Period, prefix: str = "") -> Q:
    """Return which transactions are of the period, by the date of its basis."""
    if period.basis == CASH:
        return Q(**{f"{prefix}available_on__range": (period.first, period.last)})
    return Q(**{f"{prefix}occurred_at__gte": period.start, f"{prefix}occurred_at__lt": period.end})


def _arrived(first: date, last: date) -> QuerySet[Payout]:
    return Payout.objects.filter(arrival_date__range=(first, last)).order_by("arrival_date", "pk")
