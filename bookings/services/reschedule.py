import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.errors import FeeChanged, NotEditable
from bookings.fees import UNCONFIRMED, MoveFee, move_fee
from bookings.models import Booking, Email, Status
from bookings.pricing import RESCHEDULE_FEE, Line
from bookings.services.emails import queue_email
from bookings.services.moving import take_slot
from bookings.services.payable import lock_booking
from bookings.services.repricing import order_of, reprice
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.money import format_cents
from myhibachi.core.tasks import enqueue

MOVABLE = (Status.PENDING, Status.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where to, and on what terms. `date` and `time` are local to the venue; the fee is cents."""

    date: dt.date
    time: dt.time
    expected_fee: int | None = None
    waive_fee: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MovePreview:
    """What a move does; money in cents.

    `fee` is what it adds to the bill, `waived` what it would have added; `rule` says why.
    """

    old_date: dt.date
    old_time: dt.time
    date: dt.date
    time: dt.time
    fee: int
    waived: int
    rule: str
    old_total: int
    total: int
    paid: int
    balance: int

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def preview_move(*, booking_id: UUID, move: Move, actor: User, now: dt.datetime) -> MovePreview:
    """Return what a move would cost and do, at this moment; nothing is changed.

    Raises:
        what `reschedule_booking` raises, but for FeeChanged.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        return _preview(booking, _columns(booking, move, actor=actor, now=now), move, now=now)


def reschedule_booking(*, booking_id: UUID, move: Move, actor: User, now: dt.datetime) -> Booking:
    """Move a booking to another slot, which is taken before the old one is given up.

    A fee goes on the bill under the booking's own rules. The money stays where it is: nothing is
    charged or refunded by the move, the balance follows.

    Raises:
        NotAllowed: this person may not move it, or may not waive the fee.
        InvalidInput: a fee is waived without a reason.
        NotEditable: it is neither pending nor confirmed, or the party has begun.
        SameSlot, UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the new slot can't be booked.
        SlotFull: it has no place left.
        FeeChanged: the fee is not what the caller expects.
        NotFound: there is no such booking.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        columns = _columns(booking, move, actor=actor, now=now)
        preview = _preview(booking, columns, move, now=now)
        if move.expected_fee not in (None, preview.fee):
            raise FeeChanged(
                f"Moving it costs {format_cents(preview.fee)} now.",
                attr="expected_fee",
                preview=preview.to_json(),
            )
        _write(booking, columns)
        _tell(booking, preview, move, actor=actor, now=now)
    return booking


def _columns(booking: Booking, move: Move, *, actor: User, now: dt.datetime) -> dict[str, Any]:
    """Return what the move changes, its new place taken."""
    _check(booking, move, actor=actor, now=now)
    columns = take_slot(booking, date=move.date, time=move.time, now=now)
    if booking.status == Status.CONFIRMED:
        columns["reschedules"] = booking.reschedules + 1
    fee = _fee(booking, now=now).amount
    if fee and not move.waive_fee:
        label = f"Change of date, move {booking.reschedules + 1}"
        line = Line(code=RESCHEDULE_FEE, label=label, quantity=1, unit_amount=fee)
        bill = reprice(booking, order_of(booking), also=[line])
        columns |= {name: bill[name] for name in ("extra_lines", "lines", "total", "deposit_due")}
    return columns


def _check(booking: Booking, move: Move, *, actor: User, now: dt.datetime) -> None:
    is_owner = booking.customer.user_id == actor.pk
    if not is_owner and not actor.has_perm("bookings.reschedule_booking"):
        raise NotAllowed("You may not reschedule bookings.")
    if move.waive_fee and not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not waive a fee.")
    if move.waive_fee and not move.reason.strip():
        raise InvalidInput("Say why the fee is waived.", attr="reason")
    if booking.status not in MOVABLE:
        raise NotEditable(f"A {booking.status} booking can't be moved.")
    if booking.starts_at <= now:
        raise NotEditable("The party has begun.")


def _fee(booking: Booking, *, now: dt.datetime) -> MoveFee:
    if booking.status == Status.PENDING:
        return UNCONFIRMED
    move = booking.reschedules + 1
    return move_fee(booking.rules, move=move, starts_at=booking.starts_at, now=now)


def _preview(
    booking: Booking, columns: dict[str, Any], move: Move, *, now: dt.datetime
) -> MovePreview:
    fee, total = _fee(booking, now=now), columns.get("total", booking.total)
    return MovePreview(
        old_date=booking.date,
        old_time=booking.time,
        date=move.date,
        time=move.time,
        fee=0 if move.waive_fee else fee.amount,
        waived=fee.amount if move.waive_fee else 0,
        rule=fee.rule,
        old_total=booking.total,
        total=total,
        paid=booking.paid,
        balance=max(total - booking.paid, 0),
    )


def _write(booking: Booking, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.save(update_fields=[*columns, "updated_at"])


def _tell(
    booking: Booking, preview: MovePreview, move: Move, *, actor: User, now: dt.datetime
) -> None:
    facts = preview.to_json()
    entry = audit.record(
        "booking.rescheduled",
        booking,
        actor=actor,
        note=move.reason.strip(),
        date=[facts["old_date"], facts["date"]],
        time=[facts["old_time"], facts["time"]],
        total=[preview.old_total, preview.total],
        fee=preview.fee,
        waived=preview.waived,
    )
    queue_email(
        Email.Kind.BOOKING_CHANGED, booking=booking, news=str(entry.pk), facts=facts, now=now
    )
    enqueue("payments.tasks.follow_booking", booking.pk)
    enqueue("bookings.tasks.offer_places")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, dt.date) else value
