import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.errors import NotEditable, TotalBelowPaid
from bookings.models import Booking, Email
from bookings.pricing import GOODWILL, Line
from bookings.services.emails import queue_email
from bookings.services.payable import PAYABLE, apply_paid, lock_booking
from bookings.services.repricing import order_of, reprice
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.tasks import enqueue

BILL = ("extra_lines", "lines", "total", "deposit_due")


def lower_bill(
    *, booking_id: UUID, amount: int, note: str = "", actor: User, now: dt.datetime
) -> Booking:
    """Take an amount off a booking's bill, as a line of its own that stays on re-pricing.

    What was given back is then not owed again. The customer is told of the new total.

    Args:
        amount: cents; exactly what the total falls by.
        note: why, in the person's own words.

    Raises:
        NotAllowed: this person may not.
        InvalidInput: no amount.
        NotEditable: nothing is to be paid for this booking any more.
        DiscountTooLarge: it is more than the bill.
        TotalBelowPaid: it would cost less than what has been paid.
        NotFound: there is no such booking.
    """
    if not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not lower a bill.")
    if amount <= 0:
        raise InvalidInput("Say how much, in cents.", attr="amount")
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if booking.status not in PAYABLE:
            raise NotEditable(f"The bill of a {booking.status} booking stays as it is.")
        line = Line(code=GOODWILL, label="Goodwill refund", quantity=1, unit_amount=-amount)
        bill = reprice(booking, order_of(booking), also=[line])
        _write(booking, {name: bill[name] for name in BILL}, note=note, actor=actor, now=now)
        if booking.paid >= booking.deposit_due:
            # It costs less now: what was paid of the deposit may be all of it.
            booking = apply_paid(booking_id=booking.pk, paid=booking.paid, now=now)
    return booking


def _write(
    booking: Booking, bill: dict[str, Any], *, note: str, actor: User, now: dt.datetime
) -> None:
    if bill["total"] < min(booking.total, booking.paid):
        raise TotalBelowPaid("It would cost less than what has been paid: refund that first.")
    totals = [booking.total, bill["total"]]
    for name, value in bill.items():
        setattr(booking, name, value)
    booking.save(update_fields=[*BILL, "updated_at"])
    entry = audit.record("booking.bill_lowered", booking, actor=actor, note=note, total=totals)
    facts = {"total": totals}
    queue_email(
        Email.Kind.BOOKING_CHANGED, booking=booking, news=str(entry.pk), facts=facts, now=now
    )
    enqueue("payments.tasks.follow_booking", booking.pk)
