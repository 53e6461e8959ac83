"""Refunds that don't go through Stripe: staff pay them back, and say so here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from payments.errors import RefundRefused
from payments.models import LedgerEntry, Payment, Refund
from payments.services import ledger
from payments.services.locks import lock_payment
from payments.services.manual import CLOCK_SKEW, METHODS

PERMISSION = "payments.refund_payment"
CAUSE = "refund:manual:"
NOT_PAID_BACK = "not_paid_back"


def mark_paid_back(
    *,
    refund_id: UUID,
    how: str,
    reference: str = "",
    paid_back_at: datetime | None = None,
    actor: User,
    now: datetime,
) -> Refund:
    """Note that staff have paid a refund back, and book it. The same call again is one refund.

    Args:
        how: any method but Stripe's, not only the one it came by.
        reference: the other side's number for it.
        paid_back_at: when; now if left out.

    Raises:
        NotAllowed: this person may not refund.
        InvalidInput: a method that is Stripe's, or a time that has not come.
        RefundRefused: it is no refund for staff to pay, or no longer.
        NotFound: there is no such refund.
    """
    paid_back_at = paid_back_at or now
    if how not in METHODS:
        raise InvalidInput(f"One of {', '.join(METHODS)}.", attr="how")
    if paid_back_at > now + CLOCK_SKEW:
        raise InvalidInput("This time has not come yet.", attr="paid_back_at")
    with _locked(refund_id, actor) as refund:
        if refund.paid_back_at and (refund.paid_back_by, refund.paid_back_reference) == (
            how,
            reference,
        ):
            return refund
        _check_waiting(refund)
        status = [refund.status, Refund.Status.SUCCEEDED]
        refund.status = Refund.Status.SUCCEEDED
        refund.paid_back_by, refund.paid_back_reference = how, reference
        refund.paid_back_at = refund.succeeded_at = paid_back_at
        refund.save()
        audit.record(
            "refund.paid_back", refund, actor=actor, how=how, reference=reference, status=status
        )
        post(refund, actor=actor, now=now)
    return refund


def post(refund: Refund, *, actor: User | None, now: datetime) -> None:
    """Book what staff have paid back, once. The caller holds the booking's lock."""
    ledger.post(
        payment=refund.payment,
        kind=LedgerEntry.Kind.REFUND,
        amount=-refund.amount,
        cause=f"{CAUSE}{refund.pk}",
        occurred_at=refund.paid_back_at or now,
        actor=actor,
    )
    ledger.settle(payment=refund.payment, now=now)


def give_up_refund(*, refund_id: UUID, reason: str, actor: User, now: datetime) -> Refund:
    """Note that a refund won't be paid back: the money stays, and may be refunded again.

    Raises:
        NotAllowed: this person may not refund.
        InvalidInput: no reason is given.
        RefundRefused: it is no refund for staff to pay, or no longer.
        NotFound: there is no such refund.
    """
    if not reason.strip():
        raise InvalidInput("Say why it is not paid back.", attr="reason")
    with _locked(refund_id, actor) as refund:
        _check_waiting(refund)
        status = [refund.status, Refund.Status.CANCELED]
        refund.status, refund.failure_reason = Refund.Status.CANCELED, NOT_PAID_BACK
        refund.save()
        audit.record(
            "refund.given_up",
            refund,
            actor=actor,
            note=reason,
            amount=refund.amount,
            status=status,
        )
    return refund


def is_waiting(refund: Refund) -> bool:
    """Return whether staff still have to pay this refund back."""
    is_pending = refund.status == Refund.Status.PENDING
    return is_pending and goes_by_hand(refund) and refund.approval != Refund.Approval.REQUESTED


def goes_by_hand(refund: Refund) -> bool:
    """Return whether staff pay it back, not Stripe: it came another way, or failed at Stripe."""
    return refund.by_hand or refund.payment.method != Payment.Method.STRIPE


@contextmanager
def _locked(refund_id: UUID, actor: User) -> Iterator[Refund]:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not refund payments.")
    payment_id = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NotFound("There is no such refund.", attr="refund_id")
    with transaction.atomic():
        lock_payment(payment_id)
        yield (
            Refund.objects.select_for_update(of=("self",))
            .select_related("payment")
            .get(pk=refund_id)
        )


def _check_waiting(refund: Refund) -> None:
    if not goes_by_hand(refund):
        raise RefundRefused("What came by card goes back through Stripe.")
    if refund.approval == Refund.Approval.REQUESTED:
        raise RefundRefused("This refund waits for approval: it can't be paid back yet.")
    if refund.status == Refund.Status.SUCCEEDED:
        raise RefundRefused(f"It was paid back by {refund.get_paid_back_by_display()} already.")
    if refund.status != Refund.Status.PENDING:
        raise RefundRefused(f"This refund is {refund.status}: nothing is to be paid back.")
