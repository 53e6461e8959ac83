"""Everything that has happened to a booking and its money, in order, with who and why."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from bookings.models import Booking, Email
from payments.models import LedgerEntry, Payment
from payments.queries import timeline_rows as source
from payments.queries.tax import towards_bill
from payments.queries.timeline_rows import Reader, Row

Kind = LedgerEntry.Kind

# So many entries of the audit log and so many e-mails; what money did is told in full.
MOST = 1000
# Stripe's clock has seconds. Of one second, what leads to the other comes first.
RANKS = (
    ("waitlist.joined", "quote.created", "quote.sent"),
    ("booking.created",),
    ("waitlist.offered", "quote.accepted", "payment.created", "invoice.created"),
    (Kind.CHARGE, "payment.status"),
    ("booking.confirmed", "waitlist.booked", "invoice.status", Kind.FEE),
    ("booking.canceled", "dispute.status"),
    ("refund.created", "refund.external"),
    (Kind.REFUND, Kind.DISPUTE_WITHDRAWN),
    ("refund.status",),
    (Kind.REFUND_REVERSAL, Kind.DISPUTE_REINSTATED, Kind.ADJUSTMENT),
)
RANK = {str(kind): rank for rank, kinds in enumerate(RANKS) for kind in kinds}


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A booking's rows, the oldest first; `truncated` where the oldest but money's are left out."""

    rows: tuple[Row, ...]
    truncated: bool


def timeline(booking: Booking, *, staff: bool, most: int = MOST) -> Timeline:
    """Return what has happened to a booking. As many queries however much that is.

    Args:
        booking: with its customer loaded.
        staff: whether staff read it: customers see no notes, fees, names, nor how it came about.
        most: so many of what is no money, the newest.
    """
    reader = Reader(staff=staff, customer_user_id=booking.customer.user_id)
    subjects = source.subjects_of(booking, most=most)
    entries = source.log_of(subjects, most=most)
    emails = [each for each in subjects.values() if isinstance(each, Email)]
    rows = chain(
        source.money_rows(booking, subjects, reader),
        source.log_rows(reversed(entries[:most]), subjects, reader),
        source.email_rows(reversed(emails[:most]), reader),
    )
    return Timeline(
        rows=tuple(_with_paid(sorted(rows, key=_order))),
        truncated=len(entries) > most or len(emails) > most,
    )


def _order(row: Row) -> tuple[datetime, int, datetime]:
    """Order by time and rank; what ties stays as its table has it, which is the same each time."""
    return row.at.replace(microsecond=0), RANK.get(row.kind, len(RANKS)), row.at


def _with_paid(rows: Iterable[Row]) -> Iterator[Row]:
    """Add to each movement of money what has been paid by then."""
    paid = 0
    left: Counter[UUID] = Counter()
    for row in rows:
        if row.entry is None:
            yield row
            continue
        paid += _towards_bill(row.entry, left)
        yield replace(row, paid=paid)


def _towards_bill(entry: LedgerEntry, left: Counter[UUID]) -> int:
    """Return the cents of an entry that count as paid, as `payments.queries.ledger` counts them.

    Args:
        left: what is left of each payment; this entry is added.
    """
    payment = entry.payment
    if entry.kind not in LedgerEntry.CUSTOMER_MONEY:
        return 0
    if payment is None:
        return entry.amount
    if payment.payment_type == Payment.Purpose.GRATUITY:
        return 0
    share = {"amount": payment.amount, "tax": payment.tax}
    before = towards_bill(left[payment.pk], **share)
    left[payment.pk] += entry.amount
    return towards_bill(left[payment.pk], **share) - before
