"""Money that came in without Stripe, as staff record it: Zelle, Venmo, cash, checks."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.ids import uuid7
from myhibachi.core.money import format_cents
from payments.errors import AlreadyPaid, GatewayError, MoreThanOwed
from payments.models import LedgerEntry, Payment
from payments.queries.open_cards import open_cards
from payments.services import attempts, follow, ledger
from payments.services.duplicates import look_for_duplicate

logger = logging.getLogger(__name__)

METHODS = tuple(method for method in Payment.Method if method != Payment.Method.STRIPE)
# Between the clocks of a browser and of our server.
CLOCK_SKEW = timedelta(minutes=5)
NOTE_LENGTH = 500


def record_manual_payment(
    *,
    booking_id: UUID,
    method: str,
    amount: int,
    payment_type: str | None = None,
    received_at: datetime | None = None,
    note: str = "",
    reference: str = "",
    payment_id: UUID | None = None,
    actor: User,
    now: datetime,
) -> Payment:
    """Record money that has been received. It counts like any other from here on.

    Card payments that are still open for what the booking owes are closed at Stripe first, so that
    it is not paid twice. An open invoice is marked as paid there if this covers it, else sent anew
    for the rest; paid by card at that very moment, both are kept and staff are asked. Money for an
    expired or canceled booking is kept too, and flagged.

    Args:
        amount: cents; at most what is owed, but for a gratuity.
        payment_type: `deposit` while none is paid, else `balance`, if left out.
        received_at: when it came; now if left out.
        reference: the other side's number for it, kept with the note.
        payment_id: the id that the payment shall have, chosen by the caller before the first try;
            the same call again returns that payment.

    Raises:
        NotAllowed: this person may not record payments.
        InvalidInput: a method that is Stripe's, no amount, or a time that has not come.
        MoreThanOwed: the booking owes less.
        AlreadyPaid: a card payment for it is going through at this moment.
        GatewayUnavailable: Stripe can't be reached to close an open payment; nothing is recorded.
    """
    if not actor.has_perm("payments.record_manual_payment"):
        raise NotAllowed("You may not record payments.")
    received = Received(
        method=method,
        amount=amount,
        payment_type=payment_type,
        received_at=received_at or now,
        reference=reference,
        note=note,
    )
    received.check(now=now)
    if not received.is_tip:
        attempts.withdraw_all(booking_id=booking_id, now=now)
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        made = Payment.objects.filter(pk=payment_id).first() if payment_id else None
        if made:
            return made
        payment = write(received, booking=booking, payment_id=payment_id, actor=actor, now=now)
    if not received.is_tip:
        close_invoices(booking_id, now=now)
    return payment


def close_invoices(booking_id: UUID, *, now: datetime) -> None:
    """Close the invoice that asks for what has just been received: as paid, if that was all of it.

    At once, not in a worker's good time, as the customer may have its page open. The money is in
    the books first: what Stripe doesn't answer, the sweeper finishes.
    """
    try:
        follow.follow_invoices(booking_id=booking_id, now=now)
    except GatewayError as error:
        logger.warning("The invoice of booking %s stays open for now: %s", booking_id, error.code)


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money as somebody says it came; the fields are those of `record_manual_payment`."""

    method: str
    amount: int
    received_at: datetime
    payment_type: str | None = None
    reference: str = ""
    note: str = ""

    @property
    def is_tip(self) -> bool:
        return self.payment_type == Payment.Purpose.GRATUITY

    def check(self, *, now: datetime) -> None:
        """Raise `InvalidInput` for a method that is Stripe's, no amount, a time to come."""
        if self.method not in METHODS:
            raise InvalidInput(f"One of {', '.join(METHODS)}.", attr="method")
        if self.amount <= 0:
            raise InvalidInput("Say how much was received, in cents.", attr="amount")
        if self.received_at > now + CLOCK_SKEW:
            raise InvalidInput("This time has not come yet.", attr="received_at")


def write(
    received: Received,
    *,
    booking: Booking,
    payment_id: UUID | None = None,
    actor: User,
    now: datetime,
) -> Payment:
    """Record it in the caller's transaction, which holds the booking's lock.

    The caller has withdrawn the open card payments before, if it is no tip.

    Raises:
        MoreThanOwed, AlreadyPaid: as `record_manual_payment`.
    """
    if not received.is_tip:
        _check_owed(booking, received.amount)
    payment = Payment.objects.create(
        pk=payment_id or uuid7(),
        booking=booking,
        customer_id=booking.customer_id,
        method=received.method,
        surface=Payment.Surface.MANUAL,
        payment_type=received.payment_type or _next_type(booking),
        amount=received.amount,
        currency=booking.currency,
        status=Payment.Status.SUCCEEDED,
        succeeded_at=received.received_at,
        note="; ".join(filter(None, [received.reference, received.note]))[:NOTE_LENGTH],
        recorded_by=actor,
    )
    post(payment, received.received_at, actor=actor, now=now)
    audit.record(
        "payment.recorded",
        payment,
        actor=actor,
        note=received.note,
        amount=received.amount,
        method=received.method,
        reference=received.reference,
    )
    return payment


def _check_owed(booking: Booking, amount: int) -> None:
    if amount > booking.balance:
        raise MoreThanOwed(
            f"This booking owes {format_cents(booking.balance)}. Record the rest as a gratuity.",
            attr="amount",
            balance=booking.balance,
        )
    if open_cards().filter(booking=booking).exists():
        raise AlreadyPaid("A card payment for this booking is under way. Please wait a moment.")


def _next_type(booking: Booking) -> str:
    is_deposit = booking.paid < booking.deposit_due
    return Payment.Purpose.DEPOSIT if is_deposit else Payment.Purpose.BALANCE


def post(payment: Payment, received_at: datetime, *, actor: User | None, now: datetime) -> None:
    """Book what was received, once. The caller holds the booking's lock."""
    is_new = ledger.post(
        payment=payment,
        kind=LedgerEntry.Kind.CHARGE,
        amount=payment.amount,
        cause=f"manual:{payment.pk}",
        occurred_at=received_at,
        actor=actor,
    )
    ledger.settle(payment=payment, now=now)
    if is_new:
        look_for_duplicate(payment, now=now)
