import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import BillChanged, NotEditable, TotalBelowPaid
from bookings.models import Booking, Email
from bookings.pricing import GOODWILL, Line
from bookings.services.emails import queue_email
from bookings.services.payable import PAYABLE, apply_paid, lock_booking
from bookings.services.repricing import order_of, reprice
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.models import AuditEntry
from myhibachi.core.money import format_cents
from myhibachi.core.tasks import enqueue

LOWERED = "booking.bill_lowered"
BILL = ("extra_lines", "lines", "total", "deposit_due")


def can_be_lowered(booking: Booking) -> bool:
    """Return whether something can be taken off its bill: it counts, and is not all paid."""
    return booking.status in PAYABLE and booking.total > max(booking.paid, 0)


def preview_lower_bill(*, booking_id: UUID, amount: int, label: str, actor: User) -> Booking:
    """Return the booking with the bill that `lower_bill` would give it, not saved.

    Raises:
        what `lower_bill` raises, but for BillChanged.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        _take_off(booking, amount=amount, label=label, actor=actor)
    return booking


def lower_bill(
    *,
    booking_id: UUID,
    amount: int,
    label: str,
    note: str = "",
    expected_total: int | None = None,
    lowering_id: UUID | None = None,
    actor: User,
    now: dt.datetime,
) -> Booking:
    """Take an amount off a booking's bill, as a line of its own that stays on re-pricing.

    It is not owed any more. The customer is told of the new total.

    Args:
        amount: cents; exactly what the total falls by. Tax on the bill stays as it is.
        label: what the bill calls the line.
        note: why, in the person's own words.
        expected_total: the cents that the bill was when the person looked; another lowers nothing.
        lowering_id: chosen by the caller before the first try; the same again lowers once.

    Raises:
        NotAllowed: this person may not.
        InvalidInput: no amount.
        NotEditable: nothing is to be paid for this booking any more.
        DiscountTooLarge: it is more than the bill.
        TotalBelowPaid: it would cost less than what has been paid.
        BillChanged: the bill is not what the person has seen.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if lowering_id and _is_done(booking, lowering_id):
            return booking
        before = booking.total
        if expected_total not in (None, before):
            raise BillChanged(f"The bill is {format_cents(before, booking.currency)} now.")
        _take_off(booking, amount=amount, label=label, actor=actor)
        booking.save(update_fields=[*BILL, "updated_at"])
        _tell(booking, before, note=note, lowering_id=lowering_id, actor=actor, now=now)
        if booking.paid >= booking.deposit_due:
            # It costs less now: what was paid of the deposit may be all of it.
            booking = apply_paid(booking_id=booking.pk, paid=booking.paid, now=now)
    return booking


def _is_done(booking: Booking, lowering_id: UUID) -> bool:
    return AuditEntry.objects.filter(
        object_type=booking._meta.label_lower,
        object_id=str(booking.pk),
        action=LOWERED,
        changes__lowering_id=str(lowering_id),
    ).exists()


def _take_off(booking: Booking, *, amount: int, label: str, actor: User) -> None:
    """Give the booking its lower bill; nothing is saved."""
    if not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not lower a bill.")
    if amount <= 0:
        raise InvalidInput("Say how much, in cents.", attr="amount")
    if booking.status not in PAYABLE:
        raise NotEditable(f"The bill of a {booking.status} booking stays as it is.")
    line = Line(code=GOODWILL, label=label, quantity=1, unit_amount=-amount)
    bill = reprice(booking, order_of(booking), also=[line])
    if bill["total"] < min(booking.total, booking.paid):
        raise TotalBelowPaid("It would cost less than what has been paid: refund that first.")
    for name in BILL:
        setattr(booking, name, bill[name])


def _tell(
    booking: Booking,
    before: int,
    *,
    note: str,
    lowering_id: UUID | None,
    actor: User,
    now: dt.datetime,
) -> None:
    facts = {"total": [before, booking.total]}
    # How the same call, made again, finds that it was done.
    kept = facts | ({"lowering_id": str(lowering_id)} if lowering_id else {})
    entry = audit.record(LOWERED, booking, actor=actor, note=note, **kept)
    queue_email(
        Email.Kind.BOOKING_CHANGED, booking=booking, news=str(entry.pk), facts=facts, now=now
    )
    enqueue("payments.tasks.follow_booking", booking.pk)
