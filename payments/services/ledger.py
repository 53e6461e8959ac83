"""Writing the ledger. The caller holds the booking's lock."""

from datetime import datetime

from bookings.services.payable import apply_paid
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


def settle(*, payment: Payment, now: datetime) -> None:
    """Tell the booking what has been paid: a recomputed total, never an increment."""
    apply_paid(booking_id=payment.booking_id, paid=paid_towards(payment.booking_id), now=now)
