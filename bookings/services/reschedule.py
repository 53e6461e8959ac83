import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings import policy
from bookings.errors import FeeChanged, NotEditable
from bookings.fees import UNCONFIRMED, MoveFee, move_fee
from bookings.models import Booking, Email, Status
from bookings.pricing import RESCHEDULE_FEE, Line
from bookings.queries.moves import MOVED, strictest_move
from bookings.services.emails import queue_email
from bookings.services.move_terms import Move, MoveOutcome
from bookings.services.moving import take_slot
from bookings.services.payable import lock_booking
from bookings.services.repricing import order_of, reprice
from bookings.services.seats import held_to_capacity
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.models import AuditEntry
from myhibachi.core.money import format_cents
from myhibachi.core.tasks import enqueue

MOVABLE = (Status.PENDING, Status.CONFIRMED)


def preview_move(*, booking_id: UUID, move: Move, actor: User, now: dt.datetime) -> MoveOutcome:
    """Return what a move would cost and do, at this moment; nothing is changed.

    Raises:
        what `reschedule_booking` raises, but for FeeChanged.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        return _outcome(booking, _columns(booking, move, actor=actor, now=now), move, now=now)


def reschedule_booking(
    *, booking_id: UUID, move: Move, actor: User, now: dt.datetime
) -> MoveOutcome:
    """Move a booking to another slot, which is taken before the old one is given up.

    A fee goes on the bill under the booking's own rules. The money stays where it is: nothing is
    charged or refunded by the move, the balance follows.

    Raises:
        NotFound: there is no such booking, or it is somebody else's.
        NotAllowed: staff of a role that moves nothing; who may not waive the fee.
        InvalidInput: a fee is waived without a reason.
        NotEditable: it is neither pending nor confirmed, or the party has begun.
        SameSlot, UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the new slot can't be booked.
        SlotFull: it has no place left.
        FeeChanged: the fee is not what the caller expects.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        return _done_before(booking, move) or _move(booking, move, actor=actor, now=now)


def _move(booking: Booking, move: Move, *, actor: User, now: dt.datetime) -> MoveOutcome:
    columns = _columns(booking, move, actor=actor, now=now)
    outcome = _outcome(booking, columns, move, now=now)
    if move.expected_fee not in (None, outcome.fee):
        raise FeeChanged(
            f"Moving it costs {format_cents(outcome.fee)} now.",
            attr="expected_fee",
            preview=outcome.to_json(),
        )
    moved_in = _moved_in(booking, now=now)
    for name, value in columns.items():
        setattr(booking, name, value)
    with held_to_capacity(date=move.date, time=move.time, now=now):
        booking.save(update_fields=[*columns, "updated_at"])
    _tell(booking, outcome, move, moved_in=moved_in, actor=actor, now=now)
    return outcome


def _moved_in(booking: Booking, *, now: dt.datetime) -> policy.Cancellation | None:
    """Return what canceling would give back instead, where a later cancellation is bound by it."""
    said = policy.cancellation(
        booking.rules,
        paid=booking.paid,
        deposit_due=booking.deposit_due,
        starts_at=booking.starts_at,
        now=now,
        confirmed=booking.status != Status.PENDING,
        moved_in=strictest_move(booking),
    )
    return None if said.rule in (policy.Rule.UNCONFIRMED, policy.Rule.EARLY) else said


def _done_before(booking: Booking, move: Move) -> MoveOutcome | None:
    """Return what this very call has done already."""
    entry = AuditEntry.objects.filter(
        object_type=booking._meta.label_lower,
        object_id=str(booking.pk),
        action=MOVED,
        changes__move_id=str(move.move_id),
    ).first()
    return MoveOutcome.from_json(entry.changes) if entry and move.move_id else None


def _columns(booking: Booking, move: Move, *, actor: User, now: dt.datetime) -> dict[str, Any]:
    """Return what the move changes, its new place taken."""
    _check(booking, move, actor=actor, now=now)
    columns = take_slot(booking, date=move.date, time=move.time, now=now)
    if booking.status == Status.CONFIRMED:
        columns["reschedules"] = booking.reschedules + 1
    fee = fee_of_next_move(booking, now=now).amount
    if fee and not move.waive_fee:
        label = f"Change of date, move {booking.reschedules + 1}"
        line = Line(code=RESCHEDULE_FEE, label=label, quantity=1, unit_amount=fee)
        bill = reprice(booking, order_of(booking), also=[line])
        columns |= {name: bill[name] for name in ("extra_lines", "lines", "total", "deposit_due")}
    return columns


def _check(booking: Booking, move: Move, *, actor: User, now: dt.datetime) -> None:
    is_staff = is_staff_role(actor)
    if not is_staff and booking.customer.user_id != actor.pk:
        raise NotFound("There is no such booking.", attr="booking_id")
    if is_staff and not actor.has_perm("bookings.reschedule_booking"):
        raise NotAllowed("You may not reschedule bookings.")
    if move.waive_fee and not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not waive a fee.")
    if move.waive_fee and not move.reason.strip():
        raise InvalidInput("Say why the fee is waived.", attr="reason")
    if booking.status not in MOVABLE:
        raise NotEditable(f"A {booking.status} booking can't be moved.")
    if booking.starts_at <= now:
        raise NotEditable("The party has begun.")


def fee_of_next_move(booking: Booking, *, now: dt.datetime) -> MoveFee:
    """Return what moving a booking at this moment costs, and the rule."""
    if booking.status == Status.PENDING:
        return UNCONFIRMED
    move = booking.reschedules + 1
    return move_fee(booking.rules, move=move, starts_at=booking.starts_at, now=now)


def _outcome(
    booking: Booking, columns: dict[str, Any], move: Move, *, now: dt.datetime
) -> MoveOutcome:
    fee = fee_of_next_move(booking, now=now)
    total = columns.get("total", booking.total)
    moved_in = _moved_in(booking, now=now)
    bound = f" If it is canceled later, this still holds: {moved_in.sentence}" if moved_in else ""
    return MoveOutcome(
        old_date=booking.date,
        old_time=booking.time,
        date=move.date,
        time=move.time,
        fee=0 if move.waive_fee else fee.amount,
        waived=fee.amount if move.waive_fee else 0,
        rule=fee.rule + bound,
        old_total=booking.total,
        total=total,
        paid=booking.paid,
        balance=max(total - booking.paid, 0),
    )


def _tell(
    booking: Booking,
    outcome: MoveOutcome,
    move: Move,
    *,
    moved_in: policy.Cancellation | None,
    actor: User,
    now: dt.datetime,
) -> None:
    facts = outcome.to_json()
    # Its own id is how a repeated request finds what was done.
    kept = facts | ({"move_id": str(move.move_id)} if move.move_id else {})
    kept |= {"moved_in": moved_in.rule} if moved_in else {}
    entry = audit.record(MOVED, booking, actor=actor, note=move.reason.strip(), **kept)
    queue_email(
        Email.Kind.BOOKING_CHANGED, booking=booking, news=str(entry.pk), facts=facts, now=now
    )
    enqueue("payments.tasks.follow_booking", booking.pk)
    enqueue("bookings.tasks.offer_places")
