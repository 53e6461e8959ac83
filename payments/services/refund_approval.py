"""A refund above somebody's limit: a second person approves it, or does not."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.money import format_cents
from payments.errors import AlreadyDecided, GatewayUnavailable, RefundRefused
from payments.models import Refund
from payments.queries.disputed import WHY_NOT, is_contested
from payments.queries.ledger import refundable
from payments.services.locks import lock_payment
from payments.services.paid_back import goes_by_hand
from payments.services.refunds import send_refund

PERMISSION = "payments.refund_over_limit"
NOT_APPROVED = "not_approved"
Approval = Refund.Approval


def approve_refund(*, refund_id: UUID, actor: User, now: datetime) -> Refund:
    """Let a refund go that waits for a second person: to Stripe, or to be paid back by hand.

    The same call again, by the same person, moves nothing more.

    Returns:
        the refund, `pending` while Stripe has not answered.

    Raises:
        NotAllowed: this person may not, or has asked for it themselves.
        AlreadyDecided: somebody else has.
        RefundRefused: since it was asked for, the charge was disputed or refunded, or Stripe
            refuses. Nothing moved.
        NotFound: there is no such refund.
    """
    with _waiting(refund_id, actor) as refund:
        if _is_done(refund, Approval.APPROVED, actor):
            return refund
        _check_payment(refund)
        was = refund.approval
        _decide(refund, Approval.APPROVED, actor=actor, now=now)
        refund.awaiting_stripe = not goes_by_hand(refund)
        refund.save()
        approval = [was, refund.approval]
        audit.record(
            "refund.approved", refund, actor=actor, amount=refund.amount, approval=approval
        )
    # No answer is no refusal: the refund stays pending, and the sweeper asks again.
    with suppress(GatewayUnavailable):
        send_refund(refund_id=refund_id, is_told=True, now=now)
    return Refund.objects.select_related("payment").get(pk=refund_id)


def reject_refund(*, refund_id: UUID, reason: str, actor: User, now: datetime) -> Refund:
    """Refuse a refund that waits for a second person: its money is free again.

    Raises:
        InvalidInput: no reason is given.
        NotAllowed, AlreadyDecided, NotFound: as `approve_refund` says.
    """
    if not reason.strip():
        raise InvalidInput("Say why it is not approved.", attr="reason")
    with _waiting(refund_id, actor) as refund:
        if _is_done(refund, Approval.REJECTED, actor):
            return refund
        was, status = refund.approval, refund.status
        _decide(refund, Approval.REJECTED, actor=actor, now=now)
        refund.status, refund.failure_reason = Refund.Status.CANCELED, NOT_APPROVED
        refund.save()
        audit.record(
            "refund.rejected",
            refund,
            actor=actor,
            note=reason,
            amount=refund.amount,
            approval=[was, refund.approval],
            status=[status, refund.status],
        )
    return refund


def may_decide(refund: Refund, actor: User) -> bool:
    """Return whether this refund waits for somebody, and this person may be the one."""
    waits = refund.approval == Approval.REQUESTED
    return waits and actor.has_perm(PERMISSION) and refund.requested_by_id != actor.pk


@contextmanager
def _waiting(refund_id: UUID, actor: User) -> Iterator[Refund]:
    """Yield the refund, its booking and payment locked: of two people who decide, one does."""
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not approve refunds.")
    payment_id = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NotFound("There is no such refund.", attr="refund_id")
    with transaction.atomic(durable=True):
        lock_payment(payment_id)
        found = Refund.objects.select_for_update(of=("self",)).select_related("payment")
        yield found.get(pk=refund_id)


def _is_done(refund: Refund, wanted: Approval, actor: User) -> bool:
    """Return whether this very person has decided so already.

    Raises:
        NotAllowed: they have asked for it themselves.
        AlreadyDecided: somebody else has decided, or another way.
        RefundRefused: there is nothing to decide.
    """
    if refund.approval == Approval.REQUESTED:
        if refund.requested_by_id == actor.pk:
            raise NotAllowed("You asked for this refund: somebody else has to decide.")
        return False
    if not refund.approval:
        raise RefundRefused("This refund needs nobody's approval.")
    if (refund.approval, refund.decided_by_id) == (wanted, actor.pk):
        return True
    raise AlreadyDecided(f"It was {refund.approval} already by {refund.decided_by}.")


def _check_payment(refund: Refund) -> None:
    """Look again: days may have passed since it was asked for."""
    if is_contested(refund.payment):
        raise RefundRefused(WHY_NOT)
    left = refundable(refund.payment, but_for=refund.pk)
    if refund.amount > left:
        raise RefundRefused(
            f"Only {format_cents(left)} of this payment is left to refund by now.",
            refundable=left,
        )


def _decide(refund: Refund, approval: Approval, *, actor: User, now: datetime) -> None:
    refund.approval, refund.decided_by, refund.decided_at = approval, actor, now
