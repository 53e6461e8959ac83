"""What a person decides about money that came in: recorded on a booking, found again, ignored."""

import datetime as dt
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from bookings.services.payable import PAYABLE, lock_booking
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.money import format_cents
from payments.errors import AlreadyDecided, NeedsAPerson
from payments.models import MoneyIn, Payment
from payments.services import attempts, manual
from payments.services.money_in.match import recorded_by_hand

PERMISSION = "payments.import_moneyin"
GRATUITY = Payment.Purpose.GRATUITY
Status = MoneyIn.Status
# A statement knows the day alone.
HOUR = dt.time(12)


def record_on_booking(
    *,
    money_in_id: UUID,
    booking_id: UUID,
    as_tip: bool = False,
    tip_the_rest: int = 0,
    is_agreed: bool = False,
    actor: User,
    now: dt.datetime,
) -> MoneyIn:
    """Record money on a booking: the payment and the line's new state are one transaction.

    Card payments that are still open for it are closed at Stripe before. A crash leaves the line
    as it was, and the same call again records it once.

    Args:
        as_tip: all of it is a gratuity.
        tip_the_rest: the cents more than the booking owes, which are a gratuity.
        is_agreed: nobody looks at it any more, so it must be as it was when somebody did: the
            line still agreed to for this booking, and the booking still one that is paid for.

    Raises:
        NotAllowed: this person may not match money.
        AlreadyDecided: somebody else was faster.
        NeedsAPerson: `is_agreed`, and it is not as it was; or another rest than that is left.
        MoreThanOwed, AlreadyPaid, GatewayUnavailable: as `record_manual_payment`.
        NotFound: there is no such line, or no such booking.
    """
    _check_may(actor)
    _check_open(_line(money_in_id), booking_id, actor=actor)
    if not as_tip:
        attempts.withdraw_all(booking_id=booking_id, now=now)
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        line = _line(money_in_id, lock=True)
        _check_open(line, booking_id, actor=actor)
        if line.status == Status.RECORDED:
            return line
        if is_agreed and (line.booking_id != booking_id or booking.status not in PAYABLE):
            raise NeedsAPerson(f"{booking} is {booking.get_status_display().lower()}.")
        first, *_ = [
            manual.write(part, booking=booking, payment_id=payment_id, actor=actor, now=now)
            for payment_id, part in _parts(line, booking, as_tip, tip_the_rest, now)
        ]
        _close(line, first, actor=actor, now=now)
    if not as_tip:
        manual.close_invoices(booking_id, now=now)
    return line


def link_to_payment(
    *, money_in_id: UUID, payment_id: UUID, actor: User, now: dt.datetime
) -> MoneyIn:
    """Say that money is a payment which staff have recorded already: nothing is counted anew.

    Raises:
        NotAllowed: this person may not match money.
        AlreadyDecided: somebody else was faster, with the line or with the payment.
        InvalidInput: the payment is for another amount.
        NotFound: there is no such line, or no such payment.
    """
    _check_may(actor)
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("There is no such payment.")
    with transaction.atomic(durable=True):
        lock_booking(payment.booking_id)
        line = _line(money_in_id, lock=True)
        if line.payment_id == payment.pk:
            return line
        _check_unmatched(line)
        if not recorded_by_hand().filter(pk=payment.pk).exists():
            raise AlreadyDecided("This payment has a line of its own already.")
        if payment.amount != line.amount:
            raise InvalidInput("This payment is for another amount.")
        _close(line, payment, actor=actor, now=now)
    return line


def ignore(*, money_in_id: UUID, note: str, actor: User, now: dt.datetime) -> MoneyIn:
    """Take money off the list: it is for no booking. It stays known and is not imported again.

    Raises:
        NotAllowed: this person may not match money.
        InvalidInput: no note says why.
        AlreadyDecided: somebody else was faster.
        NotFound: there is no such line.
    """
    _check_may(actor)
    if not note.strip():
        raise InvalidInput("Say why it is for no booking.", attr="note")
    with transaction.atomic():
        line = _line(money_in_id, lock=True)
        _check_unmatched(line)
        was = line.status
        _decide(line, Status.IGNORED, actor=actor, now=now, note=note.strip())
        status = [was, line.status]
        audit.record("money_in.ignored", line, actor=actor, note=line.note, status=status)
    return line


def bring_back(*, money_in_id: UUID, actor: User, now: dt.datetime) -> MoneyIn:
    """Put ignored money back into the inbox.

    Raises:
        NotAllowed: this person may not match money.
        AlreadyDecided: it is there, or recorded.
        NotFound: there is no such line.
    """
    _check_may(actor)
    with transaction.atomic():
        line = _line(money_in_id, lock=True)
        if line.status != Status.IGNORED:
            raise AlreadyDecided("It is not ignored any more.")
        _decide(line, Status.UNMATCHED, actor=actor, now=now)
        status = [Status.IGNORED, line.status]
        audit.record("money_in.brought_back", line, actor=actor, status=status)
    return line


def _check_may(actor: User) -> None:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not match money that came in.")


def _line(money_in_id: UUID, *, lock: bool = False) -> MoneyIn:
    lines = MoneyIn.objects.select_for_update() if lock else MoneyIn.objects
    line = lines.filter(pk=money_in_id).first()
    if line is None:
        raise NotFound("There is no such line.")
    return line


def _check_open(line: MoneyIn, booking_id: UUID, *, actor: User) -> None:
    """Let the same click through twice, and nobody else's."""
    is_done = line.status == Status.RECORDED and line.booking_id == booking_id
    if not (is_done and line.decided_by_id == actor.pk):
        _check_unmatched(line)


def _check_unmatched(line: MoneyIn) -> None:
    if line.status == Status.RECORDED:
        raise AlreadyDecided(f"It has been recorded already, on {line.booking}.")
    if line.status == Status.IGNORED:
        raise AlreadyDecided("Somebody has decided to ignore it. Bring it back first.")


def _parts(
    line: MoneyIn, booking: Booking, as_tip: bool, tip_the_rest: int, now: dt.datetime
) -> list[tuple[UUID, manual.Received]]:
    """Return the payments that this money is, each with the id it has however often we try."""
    noon = timezone.make_aware(dt.datetime.combine(line.received_on, HOUR))

    def received(amount: int, payment_type: str | None) -> manual.Received:
        return manual.Received(
            method=line.method,
            amount=amount,
            payment_type=payment_type,
            received_at=min(noon, now),
            reference=line.bank_reference,
            note=line.memo,
        )

    if as_tip:
        return [(line.pk, received(line.amount, GRATUITY))]
    if tip_the_rest:
        owed = line.amount - tip_the_rest
        if not 0 < owed == booking.balance:
            raise NeedsAPerson(f"{booking} owes {format_cents(booking.balance)} now.")
        rest = (uuid5(line.pk, GRATUITY), received(tip_the_rest, GRATUITY))
        return [(line.pk, received(owed, None)), rest]
    return [(line.pk, received(line.amount, None))]


def _close(line: MoneyIn, payment: Payment, *, actor: User, now: dt.datetime) -> None:
    was = line.status
    line.payment, line.booking_id = payment, payment.booking_id
    _decide(line, Status.RECORDED, actor=actor, now=now)
    audit.record(
        "money_in.recorded",
        line,
        actor=actor,
        status=[was, line.status],
        amount=line.amount,
        booking=str(payment.booking_id),
        payment=str(payment.pk),
    )


def _decide(line: MoneyIn, status: str, *, actor: User, now: dt.datetime, note: str = "") -> None:
    line.status, line.note, line.decided_by, line.decided_at = status, note, actor, now
    if status != Status.RECORDED:
        line.booking = None
    line.save(update_fields=["status", "note", "decided_by", "decided_at", "booking", "payment"])
