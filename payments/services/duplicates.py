"""Finds a second payment for what had been paid. A person decides about it; nothing goes back."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from bookings.models import Booking
from payments.models import Attention, LedgerEntry, Payment
from payments.queries.ledger import paid_towards
from payments.queries.open_cards import OWED
from payments.services import attention

Purpose = Payment.Purpose
BEYOND_BILL, SECOND_DEPOSIT, SAME_AGAIN = "beyond_bill", "second_deposit", "same_again"
# Within it, the same sum noted by hand may be the same money noted twice.
SAME_DAY = timedelta(days=1)


def look_for_duplicate(payment: Payment, *, now: datetime) -> None:
    """Ask staff where a payment booked just now seems to be one too many.

    It is where the party has paid beyond its bill, where a deposit comes that had been paid, or
    where staff record the same sum for the same purpose as another of that day. A tip never is;
    nor are a payment for guests added later, and several that together stay within the bill.

    The caller is in the transaction that has booked it, and holds the booking's lock: whichever of
    two is booked second asks, once.
    """
    if payment.payment_type not in OWED:
        return
    others = Payment.objects.succeeded().filter(booking=payment.booking_id, payment_type__in=OWED)
    others = others.exclude(pk=payment.pk)
    earlier = list(others.order_by("-succeeded_at", "-pk"))
    booking = Booking.objects.get(pk=payment.booking_id)
    paid = paid_towards(booking.pk)
    alike = [other for other in earlier if other.payment_type == payment.payment_type]
    same = [other for other in alike if _is_same_again(payment, other)]
    deposits = alike if payment.payment_type == Purpose.DEPOSIT else []
    if earlier and paid - _asked_about(booking) > booking.total:
        why, other = BEYOND_BILL, (same or alike or earlier)[0]
    elif deposits and paid - payment.amount >= booking.deposit_due:
        why, other = SECOND_DEPOSIT, (same or deposits)[0]
    elif same and payment.method != Payment.Method.STRIPE:
        why, other = SAME_AGAIN, same[0]
    else:
        return
    attention.ask(
        Attention.Kind.DUPLICATE_PAYMENT,
        about=str(payment.pk),
        booking_id=booking.pk,
        payment_id=payment.pk,
        facts={
            "reason": why,
            "amount": payment.amount,
            "paid": paid,
            "total": booking.total,
            "payment": _facts(payment),
            "other": _facts(other),
        },
        now=now,
    )


def _asked_about(booking: Booking) -> int:
    """Return what is left of the payments that somebody is asked about already, in cents."""
    asked = Attention.objects.filter(kind=Attention.Kind.DUPLICATE_PAYMENT, booking=booking)
    entries = LedgerEntry.objects.filter(
        payment__in=asked.values("payment"), kind__in=LedgerEntry.CUSTOMER_MONEY
    )
    return entries.aggregate(total=Sum("amount"))["total"] or 0


def _is_same_again(payment: Payment, other: Payment) -> bool:
    if payment.amount != other.amount or not payment.succeeded_at or not other.succeeded_at:
        return False
    return abs(payment.succeeded_at - other.succeeded_at) <= SAME_DAY


def _facts(payment: Payment) -> dict[str, Any]:
    return {
        "id": str(payment.pk),
        "payment_type": payment.payment_type,
        "method": payment.method,
        "amount": payment.amount,
        "succeeded_at": payment.succeeded_at.isoformat() if payment.succeeded_at else None,
    }
