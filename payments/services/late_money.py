"""Money that came after its booking was over: a seat again, all of it back, or kept."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import NoLateMoney
from bookings.models import Booking, Email
from bookings.services import late_money
from bookings.services.emails import queue_email
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from myhibachi.core.money import format_cents
from payments.errors import RefundChanged
from payments.models import Refund
from payments.queries.returnable import Share, left_for_party, split
from payments.services.giving_back import make_refunds, refunds_of
from payments.services.refunds import check_limit, send_all

REASON = "late_money"


def reseat_booking(
    *, booking_id: UUID, date: dt.date, time: dt.time, actor: User, now: dt.datetime
) -> Booking:
    """Give a booking with late money a place again; what is left of its money counts.

    Raises:
        NoLateMoney: somebody has decided already, or the money is on its way back.
        NotAllowed, InvalidTransition, SlotFull and the rest: as `bookings` says.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking, held = _lock(booking_id)
        late_money.reseat(booking, date=date, time=time, held=held, actor=actor, now=now)
    return booking


def refund_late_money(
    *,
    booking_id: UUID,
    expected_refund: int,
    choice_id: UUID,
    reason: str = "",
    actor: User,
    now: dt.datetime,
) -> tuple[Refund, ...]:
    """Give all of a booking's money back that came too late; the flag goes when it has left.

    Args:
        expected_refund: the cents that the person was shown; another sum refunds nothing.
        choice_id: chosen before the first try; the same call again returns the same refunds.

    Raises:
        NotAllowed, RefundOverLimit: this person may not refund, or not this much.
        NoLateMoney: somebody has decided already, or the money is on its way back.
        RefundChanged: more money came, or some of it went.
        NotFound: there is no such booking.
    """
    if not actor.has_perm("payments.refund_payment"):
        raise NotAllowed("You may not refund payments.")
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        made = refunds_of(choice_id, booking_id=booking_id)
        if not made:
            booking = late_money.lock_late(booking_id)
            shares = _shares(booking, expected_refund)
            check_limit(expected_refund, actor=actor, now=now)
            make_refunds(shares, call_id=choice_id, reason=REASON, notes=reason, actor=actor)
            made = refunds_of(choice_id, booking_id=booking_id)
            _tell(booking, made, choice_id, reason=reason, actor=actor, now=now)
    send_all([refund.pk for refund in made], now=now)
    return refunds_of(choice_id, booking_id=booking_id)


def keep_late_money(*, booking_id: UUID, reason: str, actor: User) -> Booking:
    """Keep late money, because a person says so; the booking stays as it is.

    Raises:
        NotAllowed: this person may not.
        InvalidInput: no reason is given.
        NoLateMoney: somebody has decided already, or the money is on its way back.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking, held = _lock(booking_id)
        late_money.keep(booking, held=held, reason=reason, actor=actor)
    return booking


def _lock(booking_id: UUID) -> tuple[Booking, int]:
    """Return the booking, locked, and the cents that are left to decide about."""
    booking = late_money.lock_late(booking_id)
    held = left_for_party(booking.pk)
    if not held:
        raise NoLateMoney("This money is on its way back already.")
    return booking, held


def _shares(booking: Booking, expected_refund: int) -> tuple[Share, ...]:
    shares = tuple(share for share in split(booking.pk) if share.amount)
    total = sum(share.amount for share in shares)
    if not total:
        raise NoLateMoney("This money is on its way back already.")
    if total != expected_refund:
        raise RefundChanged(f"{format_cents(total)} is left to refund now.")
    return shares


def _tell(
    booking: Booking,
    made: tuple[Refund, ...],
    choice_id: UUID,
    *,
    reason: str,
    actor: User,
    now: dt.datetime,
) -> None:
    refunds = [
        {
            "payment_type": refund.payment.payment_type,
            "method": refund.payment.method,
            "amount": refund.amount,
        }
        for refund in made
    ]
    total = sum(refund.amount for refund in made)
    audit.record(
        "booking.late_money_refunded", booking, actor=actor, note=reason, refund_total=total
    )
    queue_email(
        Email.Kind.BOOKING_CANCELED,
        booking=booking,
        news=str(choice_id),
        facts={"refunds": refunds, "refund_total": total, "kept": 0, "rule": ""},
        now=now,
    )
