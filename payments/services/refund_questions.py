"""What a refund asks staff: what becomes of its booking, or how the money is to go back."""

from datetime import datetime
from uuid import UUID

from bookings.models import Booking, Status
from payments.models import Attention, Payment, Refund
from payments.services import attention

Kind = Attention.Kind
# The party is still to come, or has been and is not paid for.
TO_COME = (Status.PENDING, Status.CONFIRMED)
CAME_BACK, ARRIVED = "money_came_back", "arrived_after_all"


def ask_about(refund: Refund, *, is_external: bool, now: datetime) -> None:
    """Ask about what Stripe has said of a refund, once. The caller has settled its booking.

    Args:
        is_external: it was made in Stripe's dashboard, and we have heard of it just now.
    """
    if refund.status in Refund.CAME_BACK:
        ask_about_failed(refund, now=now)
        _answer(Kind.EXTERNAL_REFUND, refund, CAME_BACK, now=now)
        return
    _answer(Kind.REFUND_FAILED, refund, ARRIVED, now=now)
    is_tip = refund.payment.payment_type == Payment.Purpose.GRATUITY
    if is_external and not is_tip and _is_live(refund.payment.booking_id):
        _ask(Kind.EXTERNAL_REFUND, refund, now=now)


def ask_about_failed(refund: Refund, *, now: datetime) -> None:
    """Ask how money goes back that did not. The caller is in a transaction."""
    _ask(Kind.REFUND_FAILED, refund, now=now)


def _answer(kind: Kind, refund: Refund, decision: str, *, now: datetime) -> None:
    attention.answer(kind, about=str(refund.pk), decision=decision, actor=None, now=now)


def _is_live(booking_id: UUID) -> bool:
    booking = Booking.objects.get(pk=booking_id)
    owes_again = booking.status == Status.COMPLETED and booking.balance > 0
    return booking.status in TO_COME or owes_again


def _ask(kind: Attention.Kind, refund: Refund, *, now: datetime) -> None:
    attention.ask(
        kind,
        about=str(refund.pk),
        booking_id=refund.payment.booking_id,
        payment_id=refund.payment_id,
        facts={
            "refund_id": str(refund.pk),
            "amount": refund.amount,
            "reason": refund.failure_reason or refund.reason,
            "status": refund.status,
        },
        now=now,
    )
