"""The ledger as an accountant reads it: a line for each entry, with what Stripe says of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from payments.models import LedgerEntry, Payment
from payments.queries.cash_dates import OUTSIDE_STRIPE, dated
from payments.queries.period import CASH, Period

Kind = LedgerEntry.Kind

CHUNK = 2000
GROSS, FEE, REFUND, DISPUTE, ADJUSTMENT = "gross", "fee", "refund", "dispute", "adjustment"
COLUMN_OF = {
    Kind.CHARGE: GROSS,
    Kind.FEE: FEE,
    Kind.REFUND: REFUND,
    Kind.REFUND_REVERSAL: REFUND,
    Kind.DISPUTE_WITHDRAWN: DISPUTE,
    Kind.DISPUTE_REINSTATED: DISPUTE,
    Kind.ADJUSTMENT: ADJUSTMENT,
}
TRANSACTION = "settlement__balance_transaction"
FIELDS = {
    "occurred_at": "occurred_at",
    "event_date": "event_date",
    "cash_date": "cash_date",
    "booking": "booking__reference",
    "method": "payment__method",
    "purpose": "payment__payment_type",
    "kind": "kind",
    "amount": "amount",
    "payout": f"{TRANSACTION}__payout__stripe_payout_id",
    "payout_status": f"{TRANSACTION}__payout__status",
    "payout_date": f"{TRANSACTION}__payout__arrival_date",
    "balance_transaction": f"{TRANSACTION}__stripe_balance_transaction_id",
    "payment_intent": "payment__stripe_payment_intent_id",
    "charge": "payment__stripe_charge_id",
    "cause": "cause",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One ledger entry. Signed cents: what comes to us is positive.

    Attributes:
        amount: it stands in one of the columns gross, fee, refund, dispute and adjustment, which
            therefore add up to the net.
        tax: the part of the amount that is tax.
        outside_stripe: staff received it or paid it back; no balance transaction will come.
    """

    occurred_at: datetime
    event_date: date
    cash_date: date | None
    booking: str
    method: str
    purpose: str
    kind: str
    amount: int
    tax: int
    outside_stripe: bool
    payout: str
    payout_status: str
    payout_date: date | None
    balance_transaction: str
    payment_intent: str
    charge: str
    cause: str

    @property
    def column(self) -> str:
        """The one column of money that the amount stands in."""
        return COLUMN_OF[Kind(self.kind)]


def lines(period: Period) -> Iterator[Line]:
    """Yield the period's entries in order: one query, read through a server-side cursor."""
    order = ("cash_date" if period.basis == CASH else "occurred_at", "occurred_at", "pk")
    found = (
        dated(period)
        .annotate(
            outside_stripe=Case(When(OUTSIDE_STRIPE, then=Value(True)), default=Value(False)),
            **_tax_facts(),
        )
        .order_by(*order)
        .values(
            "outside_stripe", *TAX_FACTS, **{f"_{name}": F(path) for name, path in FIELDS.items()}
        )
    )
    for row in found.iterator(CHUNK):
        yield _line(row)


def _line(row: dict[str, Any]) -> Line:
    facts = {name: row[f"_{name}"] for name in FIELDS}
    dates = ("event_date", "cash_date", "payout_date")
    facts = {name: value if name in dates else value or "" for name, value in facts.items()}
    return Line(**facts, outside_stripe=row["outside_stripe"], tax=_tax(row))


# --- Tax ---------------------------------------------------------------------------------------
# What Stripe Tax put on a payment goes with that payment; the tax on a bill goes with what was paid
# towards it. Either way each movement has what it adds to the rounded share of all before it, so
# that the parts add up, and money that went back in full has no tax left.
HAS_STRIPE_TAX = Q(payment__tax__gt=0)
HAS_TAX_LINE = Q(booking__lines__contains=[{"code": "tax"}]) & ~Q(
    payment__payment_type=Payment.Purpose.GRATUITY
)
TAX_FACTS = ("payment__tax", "charged", "earlier", "booking__total", "booking__lines")


def _tax_facts() -> dict[str, Any]:
    customer_money = LedgerEntry.objects.filter(kind__in=LedgerEntry.CUSTOMER_MONEY)
    earlier = customer_money.filter(
        Q(occurred_at__lt=OuterRef("occurred_at"))
        | Q(occurred_at=OuterRef("occurred_at"), pk__lt=OuterRef("pk"))
    )
    of_payment = earlier.filter(payment=OuterRef("payment"))
    of_booking = earlier.filter(booking=OuterRef("booking")).exclude(
        payment__payment_type=Payment.Purpose.GRATUITY
    )
    charged = LedgerEntry.objects.filter(payment=OuterRef("payment"), kind=Kind.CHARGE)
    return {
        "charged": Case(When(HAS_STRIPE_TAX, then=_sum(charged, "payment"))),
        "earlier": Case(
            When(HAS_STRIPE_TAX, then=_sum(of_payment, "payment")),
            When(HAS_TAX_LINE, then=_sum(of_booking, "booking")),
        ),
    }


def _sum(entries: QuerySet[LedgerEntry], by: str) -> Coalesce:
    total = entries.order_by().values(by).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=IntegerField())


def _tax(row: dict[str, Any]) -> int:
    if row["earlier"] is None or row["_kind"] not in LedgerEntry.CUSTOMER_MONEY:
        return 0
    tax, whole = row["payment__tax"] or 0, row["charged"]
    if not tax:
        tax = sum(line["amount"] for line in row["booking__lines"] if line["code"] == "tax")
        whole = row["booking__total"]
    return _share(tax, row["earlier"] + row["_amount"], whole) - _share(tax, row["earlier"], whole)


def _share(tax: int, part: int, whole: int) -> int:
    """Return the tax in a part of the whole, half a cent rounded up; no more than all of it."""
    if not whole:
        return 0
    part = min(max(part, 0), whole)
    return (2 * tax * part + whole) // (2 * whole)
