"""Canceling a booking, with what becomes of its money."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.models import Booking, Email, Status
from bookings.services.cancel import cancel, check_cancel
from bookings.services.emails import queue_email
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from myhibachi.core.money import format_cents
from payments.errors import RefundChanged
from payments.services.cancel_terms import Outcome, Terms, outcome_of
from payments.services.external_refunds import answered_by_canceling
from payments.services.giving_back import make_refunds, refunds_of
from payments.services.refunds import send_all

REASON = "booking_canceled"


def preview_cancellation(*, booking_id: UUID, terms: Terms, actor: User, now: datetime) -> Outcome:
    """Return what canceling would do at this moment; nothing happens.

    Raises:
        what `cancel_booking` raises, but for RefundChanged.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        check_cancel(booking, actor=actor, now=now)
        return outcome_of(booking, terms, actor=actor, now=now)


def cancel_booking(
    *,
    booking_id: UUID,
    terms: Terms,
    cancellation_id: UUID | None = None,
    actor: User,
    now: datetime,
) -> Outcome:
    """Cancel a booking, give its place up, and give back what the policy says.

    The refunds are rows before Stripe is called, made in the transaction that cancels. What did
    not come by card waits for staff to pay it back.

    Args:
        cancellation_id: chosen by the caller before the first try; the same call again returns
            what the first one did, and moves nothing.

    Raises:
        NotFound: there is no such booking, or it is somebody else's.
        NotAllowed: this person may not cancel, or not depart from the policy.
        InvalidTransition: it can't be canceled (any more).
        InvalidInput: another refund without a reason, or more than is left.
        RefundOverLimit: that much more than the policy says takes finance.
        RefundChanged: another sum goes back than was expected; nothing is done.
    """
    call_id = cancellation_id or uuid7()
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        outcome = _done_before(booking, call_id)
        if outcome is None:
            check_cancel(booking, actor=actor, now=now)
            outcome = _cancel(booking, terms, call_id, actor=actor, now=now)
    send_all([refund.pk for refund in outcome.refunds], now=now)
    return replace(outcome, refunds=refunds_of(call_id, booking_id=booking_id))


def _cancel(
    booking: Booking, terms: Terms, call_id: UUID, *, actor: User, now: datetime
) -> Outcome:
    outcome = outcome_of(booking, terms, actor=actor, now=now)
    if terms.expected_refund not in (None, outcome.refund_total):
        raise RefundChanged(
            f"{format_cents(outcome.refund_total)} goes back now.",
            attr="expected_refund",
            preview=outcome.to_json(),
        )
    make_refunds(outcome.shares, call_id=call_id, reason=REASON, notes=terms.reason, actor=actor)
    refunds = refunds_of(call_id, booking_id=booking.pk)
    outcome = replace(outcome, status=Status.CANCELED, refunds=refunds)
    facts = outcome.to_json()
    del facts["status"]
    cancel(
        booking,
        actor=actor,
        reason=terms.reason,
        # How the same call, made again, finds what it did.
        outcome=facts | {"cancellation_id": str(call_id)},
        now=now,
    )
    answered_by_canceling(booking_id=booking.pk, actor=actor, now=now)
    # The rule explains no other sum than its own.
    told = facts if terms.refund_amount is None else facts | {"rule": ""}
    kind = Email.Kind.BOOKING_CANCELED
    queue_email(kind, booking=booking, news=str(call_id), facts=told, now=now)
    return outcome


def _done_before(booking: Booking, call_id: UUID) -> Outcome | None:
    """Return what this very call has done already."""
    entry = AuditEntry.objects.filter(
        object_type=booking._meta.label_lower,
        object_id=str(booking.pk),
        action="booking.canceled",
        changes__cancellation_id=str(call_id),
    ).first()
    if entry is None:
        return None
    names = ("refund_total", "policy_refund", "kept", "rule", "rule_code")
    done = {name: entry.changes[name] for name in names}
    refunds = refunds_of(call_id, booking_id=booking.pk)
    return Outcome(status=booking.status, refunds=refunds, **done)
