"""Writing the ledger. The caller holds the booking's lock."""

from datetime import datetime
from uuid import UUID

from bookings.services.payable import apply_paid, lock_booking
from customers.models import User
from payments.models import LedgerEntry, Payment
from payments.queries.ledger import paid_towards


def post(
    *,
    payment: Payment,
    kind: LedgerEntry.Kind,
    amount: int,
    cause: str,
    occurred_at: datetime,
    actor: User | None = None,
) -> bool:
    """Write one movement of money, once for its cause.

    Args:
        amount: signed cents; what comes to us is positive.
        cause: what moved it ("refund:re_…").
        occurred_at: when it happened, by the clock of whoever moved it.

    Returns:
        whether it is new.
    """
    _, is_new = LedgerEntry.objects.get_or_create(
        cause=cause,
        defaults={
            "booking_id": payment.booking_id,
            "payment": payment,
            "kind": kind,
            "amount": amount,
            "currency": payment.currency,
            "occurred_at": occurred_at,
            "recorded_by": actor,
        },
    )
    return is_new


def adjust(
    *,
    cause: str,
    number: int,
    booking_id: UUID,
    payment_id: UUID | None,
    kind: LedgerEntry.Kind,
    amount: int,
    actor: User | None,
    now: datetime,
) -> LedgerEntry:
    """Correct what was booked for a cause, by one more entry: none is ever changed.

    Args:
        number: which adjustment of this cause it is; of two who saw the same, one is refused.
        kind: `adjustment`, or `fee` where a fee is corrected.
        amount: signed cents to add.

    Raises:
        IntegrityError: somebody else was quicker.
    """
    lock_booking(booking_id)
    entry = LedgerEntry.objects.create(
        booking_id=booking_id,
        payment_id=payment_id,
        kind=kind,
        amount=amount,
        cause=f"adjustment:{cause}#{number}",
        occurred_at=now,
        recorded_by=actor,
    )
    settle_booking(booking_id=booking_id, now=now)
    return entry


def settle(*, payment: Payment, now: datetime) -> None:
    """Tell the booking what has been paid: a recomputed total, never an increment."""
    settle_booking(booking_id=payment.booking_id, now=now)


def settle_booking(*, booking_id: UUID, now: datetime) -> None:
    """Tell a booking what has been paid. The caller is in a transaction."""
    apply_paid(booking_id=booking_id, paid=paid_towards(booking_id), now=now)
