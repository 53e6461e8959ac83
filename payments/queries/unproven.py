"""What our rows say about money, held against the ledger: all bookings in one query."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from bookings.models import Booking, Quote
from bookings.models.status import HOLDS_SLOT
from payments.models import Invoice, LedgerEntry, Payment, Refund
from payments.queries.proofs import wrong_bookings

Kind = LedgerEntry.Kind

# What is younger may be under way: a payment and its charge, an invoice and its bill.
GRACE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Unproven:
    """A figure of a booking that is not what the ledger proves. Cents.

    `what` it is: `paid`, `late_money`, `invoice`, `refunds`, `refunded_too_much`, `charged`, or
    `quote`.
    """

    booking_id: UUID
    reference: str
    what: str
    kept: int
    proven: int

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self) | {"booking_id": str(self.booking_id)}


def unproven(*, now: datetime) -> list[Unproven]:
    """Return every figure that is not as the ledger has it, the oldest booking first."""
    first, *others = _proofs(before=now - GRACE)
    rows = first.union(*others, all=True)
    found = (
        Unproven(booking_id=booking, reference=reference, what=what, kept=kept, proven=proven)
        for booking, reference, what, kept, proven in rows
    )
    return sorted(found, key=lambda each: (each.booking_id, each.what, each.kept, each.proven))


def _proofs(*, before: datetime) -> Iterator[QuerySet[Any, Any]]:
    """Yield a query for each proof; a row is what differs."""
    yield _row("paid", wrong_bookings(), F("paid"), F("in_ledger"))
    yield _row("late_money", _not_late(), F("paid"), Value(0))
    owed = F("booking__total") - F("booking__paid")
    yield _row("invoice", _wrong_invoices(owed, before), F("amount"), owed, "booking__")
    refunds = _payments().filter(~Q(counted=F("went_back")))
    yield _row("refunds", refunds, F("counted"), F("went_back"), "booking__")
    too_much = _payments().filter(live__gt=F("came_in"))
    yield _row("refunded_too_much", too_much, F("live"), F("came_in"), "booking__")
    yield _row("charged", _uncharged(before), F("amount"), Value(0), "booking__")
    yield _row("charged", _charged_unpaid(), Value(0), F("came_in"), "booking__")
    yield _row("quote", _quotes_of_others(), F("total"), F("booking__total"), "booking__")


def _row(
    what: str, rows: QuerySet[Any], kept: Any, proven: Any, path: str = ""
) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            proof_what=Value(what, output_field=CharField()),
            proof_kept=Cast(kept, BigIntegerField()),
            proof_proven=Cast(proven, BigIntegerField()),
        )
        .values_list(f"{path}pk", f"{path}reference", "proof_what", "proof_kept", "proof_proven")
    )
    return found


def _not_late() -> QuerySet[Booking]:
    """Those whose money is called late although the party stands, or although there is none."""
    return Booking.objects.filter(Q(status__in=HOLDS_SLOT) | Q(paid__lte=0), late_money=True)


def _wrong_invoices(owed: Any, before: datetime) -> QuerySet[Invoice]:
    """Open invoices for another amount than is owed, which ought to have been replaced."""
    answered = Invoice.objects.filter(status__in=Invoice.ACTIVE, awaiting_stripe=False)
    return answered.filter(updated_at__lt=before).exclude(amount=owed)


def _payments() -> QuerySet[Any]:
    """Annotate what came in and went back of each payment by the ledger, and by its refunds."""
    counted = Q(status=Refund.Status.SUCCEEDED) | Q(
        status=Refund.Status.PENDING, stripe_refund_id__isnull=False
    )
    charges = Q(kind=Kind.CHARGE) | _adjusting("charge:", "manual:")
    back = Q(kind__in=[Kind.REFUND, Kind.REFUND_REVERSAL]) | _adjusting("refund")
    entries, refunds = LedgerEntry.objects.all(), Refund.objects.all()
    return Payment.objects.annotate(
        came_in=_sum(entries.filter(charges)),
        went_back=-_sum(entries.filter(back)),
        counted=_sum(refunds.filter(counted)),
        live=_sum(refunds.filter(status__in=Refund.LIVE)),
    )


def _uncharged(before: datetime) -> QuerySet[Payment]:
    """Payments that are said to have succeeded, and the ledger has no charge of."""
    charge = LedgerEntry.objects.filter(payment=OuterRef("pk"), kind=Kind.CHARGE)
    return Payment.objects.succeeded().filter(~Exists(charge), updated_at__lt=before)


def _charged_unpaid() -> QuerySet[Any]:
    """Payments that the ledger has a charge of, and that are said not to have succeeded."""
    unpaid = _payments().exclude(status=Payment.Status.SUCCEEDED)
    return unpaid.exclude(came_in=0)


def _quotes_of_others() -> QuerySet[Quote]:
    """Accepted quotes whose booking is another customer's."""
    return Quote.objects.filter(booking__isnull=False).exclude(booking__customer=F("customer"))


def _adjusting(*causes: str) -> Q:
    about = Q()
    for cause in causes:
        about |= Q(cause__startswith=f"adjustment:{cause}")
    return Q(kind=Kind.ADJUSTMENT) & about


def _sum(rows: QuerySet[Any]) -> Any:
    totals = rows.filter(payment=OuterRef("pk")).order_by().values("payment")
    total = totals.annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
