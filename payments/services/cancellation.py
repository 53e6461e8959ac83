"""Canceling a booking, with what becomes of its money."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

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
from payments.models import Refund
from payments.services.cancel_terms import Outcome, Terms, outcome_of
from payments.services.refunds import make_refund, send_all

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


def cancel_booking(*, booking_id: UUID, terms: Terms, actor: User, now: datetime) -> Outcome:
    """Cancel a booking, give its place up, and give back what the policy says.

    The refunds are rows before Stripe is called, made in the transaction that cancels. What did
    not come by card waits for staff to pay it back.

    Raises:
        NotFound: there is no such booking, or it is somebody else's.
        NotAllowed: this person may not cancel, or not depart from the policy.
        InvalidTransition: it can't be canceled (any more).
        InvalidInput: another refund without a reason, or more than is left.
        RefundOverLimit: that much more than the policy says takes finance.
        RefundChanged: another sum goes back than was expected; nothing is done.
    """
    terms = replace(terms, cancellation_id=terms.cancellation_id or uuid7())
    with transaction.atomic(durable=True):
        booking = lock_booking(booking_id)
        done = _done_before(booking, terms)
        if done is None:
            check_cancel(booking, actor=actor, now=now)
            done = _cancel(booking, terms, actor=actor, now=now)
    send_all([refund.pk for refund in done.refunds], now=now)
    return replace(done, refunds=_refunds(booking_id, terms))


def _cancel(booking: Booking, terms: Terms, *, actor: User, now: datetime) -> Outcome:
    outcome = outcome_of(booking, terms, actor=actor, now=now)
    if terms.expected_refund not in (None, outcome.refund_total):
        raise RefundChanged(
            f"{format_cents(outcome.refund_total)} goes back now.",
            attr="expected_refund",
            preview=outcome.to_json(),
        )
    refunds = tuple(
        make_refund(
            share.payment,
            share.amount,
            refund_id=_refund_id(terms, share.payment.pk),
            reason=REASON,
            notes=terms.reason,
            actor=actor,
        )
        for share in outcome.shares
        if share.amount
    )
    outcome = replace(outcome, status=Status.CANCELED, refunds=refunds)
    facts = outcome.to_json()
    del facts["status"]
    # Its own id is how a repeated request finds what was done.
    facts_of_log = facts | {"cancellation_id": str(terms.cancellation_id)}
    cancel(booking, actor=actor, reason=terms.reason, now=now, **facts_of_log)
    queue_email(
        Email.Kind.BOOKING_CANCELED,
        booking=booking,
        news=str(terms.cancellation_id),
        # The rule explains no other sum than its own.
        facts=facts | ({} if terms.refund_amount is None else {"rule": ""}),
        now=now,
    )
    return outcome


def _done_before(booking: Booking, terms: Terms) -> Outcome | None:
    """Return what this very call has done already."""
    entry = AuditEntry.objects.filter(
        object_type=booking._meta.label_lower,
        object_id=str(booking.pk),
        action="booking.canceled",
        changes__cancellation_id=str(terms.cancellation_id),
    ).first()
    if entry is None:
        return None
    names = ("refund_total", "policy_refund", "kept", "rule", "rule_code")
    kept = {name: entry.changes[name] for name in names}
    return Outcome(status=booking.status, refunds=_refunds(booking.pk, terms), **kept)


def _refunds(booking_id: UUID, terms: Terms) -> tuple[Refund, ...]:
    """Return the refunds that this cancellation made, as they stand."""
    refunds = Refund.objects.filter(payment__booking=booking_id).select_related("payment")
    return tuple(
        refund
        for refund in refunds.order_by("pk")
        if refund.pk == _refund_id(terms, refund.payment_id)
    )


def _refund_id(terms: Terms, payment_id: UUID) -> UUID:
    """Return the id of a payment's refund: the same however often this call is made."""
    return uuid5(terms.cancellation_id or payment_id, str(payment_id))
