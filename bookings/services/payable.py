"""A booking and its money. payments calls these inside its own transactions."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from bookings.errors import NothingDue, NotPayable
from bookings.models import Booking, Email, Status
from bookings.services.emails import queue_email
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotFound
from myhibachi.core.tasks import enqueue

PAYABLE = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED)


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a payment is for, and its amount in cents."""

    payment_type: str
    amount: int


def lock_booking(booking_id: UUID) -> Booking:
    """Return the booking, its row locked until the caller's transaction ends.

    Lock order everywhere: the booking first, then its payment.

    Raises:
        NotFound: there is no such booking.
        TransactionManagementError: the caller is in no transaction.
    """
    try:
        return Booking.objects.select_for_update().get(pk=booking_id)
    except Booking.DoesNotExist as error:
        raise NotFound("There is no such booking.", attr="booking_id") from error


def apply_paid(*, booking_id: UUID, paid: int, now: dt.datetime) -> Booking:
    """Set what has been paid; enough for the deposit confirms a pending booking.

    The same total twice changes nothing. More money for an expired or canceled booking is flagged
    for staff (`late_money`), and never gives back a slot that is gone.

    Args:
        paid: the ledger's whole total in cents, tips not counted; never an increment.

    Raises:
        NotFound: there is no such booking.
        TransactionManagementError: the caller is in no transaction.
    """
    booking = lock_booking(booking_id)
    confirms = booking.status == Status.PENDING and _is_enough(booking, paid)
    if paid == booking.paid and not confirms:
        return booking
    if paid != booking.paid:
        # What is still open at Stripe asks for another amount than is owed now.
        enqueue("payments.tasks.follow_booking", booking.pk)
    more, booking.paid = paid > booking.paid, paid
    if confirms:
        # Also when the hold has run out by the clock: it still has its place.
        booking.move_to(Status.CONFIRMED)
        booking.hold_expires_at, booking.confirmed_at = None, now
        status = [Status.PENDING, booking.status]
        audit.record("booking.confirmed", booking, actor=None, paid=paid, status=status)
    elif not booking.holds_slot:
        booking.late_money = paid > 0 and (more or booking.late_money)
    booking.save(
        update_fields=[
            "paid",
            "status",
            "hold_expires_at",
            "confirmed_at",
            "late_money",
            "updated_at",
        ]
    )
    if confirms:
        queue_email(Email.Kind.DEPOSIT_RECEIVED, booking=booking, now=now)
    return booking


def _is_enough(booking: Booking, paid: int) -> bool:
    """Return whether this total covers the deposit.

    Less than nothing says that we heard of a deposit's refund or dispute before the deposit, which
    confirms all the same. What went back in its order is no part of a deposit any more; and once a
    booking has been confirmed that is over: given a seat again, it needs its deposit again.
    """
    unheard = 0 if booking.confirmed_at else max(-booking.paid, 0)
    return paid + unheard >= booking.deposit_due


def due(booking: Booking, *, payment_type: str | None = None, amount: int | None = None) -> Due:
    """Return what is to be paid next: the deposit while none is paid, else the balance.

    The server sets the price. Asked for by type: `deposit` is what is missing of the deposit;
    `balance`, `full` and `addon` are all that is left (what is ordered later is on the bill
    already); `gratuity` is `amount`, the customer's to choose, also when all else is paid.

    Args:
        amount: in cents; counts for a gratuity alone.

    Raises:
        NotPayable: the booking is expired, canceled or a no-show.
        NothingDue: all of it has been paid.
        InvalidInput: a gratuity without an amount.
    """
    if booking.status not in PAYABLE:
        raise NotPayable(f"A {booking.status} booking takes no payments.", attr="booking_id")
    kind = payment_type or ("deposit" if booking.paid < booking.deposit_due else "balance")
    if kind == "gratuity":
        return Due(payment_type=kind, amount=_chosen(amount))
    owed = booking.deposit_due if kind == "deposit" else booking.total
    if booking.paid >= owed:
        raise NothingDue(f"The {kind} has been paid.", attr="payment_type")
    return Due(payment_type=kind, amount=owed - booking.paid)


def _chosen(amount: int | None) -> int:
    if amount is None or amount <= 0:
        raise InvalidInput("Say how much the tip is, in cents.", attr="amount")
    return amount
