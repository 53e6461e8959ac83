"""Giving money back: our row first, then Stripe, or the hands of staff."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bookings.models import RuleBook
from bookings.services.late_money import show_to_staff
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from myhibachi.core.ids import uuid7
from myhibachi.core.money import format_cents
from payments import gateway, mirror
from payments.errors import GatewayRejected, GatewayUnavailable, RefundOverLimit, RefundRefused
from payments.models import Payment, Refund
from payments.queries.disputed import WHY_NOT, is_contested
from payments.queries.ledger import refundable
from payments.services.locks import lock_payment
from payments.services.refund_questions import ask_about_failed
from payments.services.stripe_refunds import apply_stripe_refund

Json = dict[str, Any]
Status = Refund.Status

# https://docs.stripe.com/api/refunds/create#create_refund-reason
STRIPE_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def refund_payment(
    *,
    payment_id: UUID,
    amount: int | None,
    actor: User,
    reason: str = "",
    notes: str = "",
    refund_id: UUID | None = None,
    may_ask: bool = False,
    now: datetime,
) -> Refund:
    """Refund part or all of a payment. Our row stands before Stripe is called.

    What did not come by card waits for staff to pay it back (`paid_back.mark_paid_back`).

    Args:
        amount: cents; None is all that is left.
        reason: any words; what Stripe knows is sent as it is.
        refund_id: the id that the refund shall have, chosen by the caller before the first try;
            the same call again returns that refund and moves nothing.
        may_ask: above this person's limit the refund waits for a second person
            (`refund_approval`), its money set aside, instead of being refused.

    Returns:
        the refund, `pending` while Stripe, or who approves it, has not answered.

    Raises:
        NotAllowed, RefundOverLimit: this person may not refund, or not this much.
        RefundRefused: not that much is left, it is disputed, or Stripe refused. Nothing moved.
    """
    if not actor.has_perm("payments.refund_payment"):
        raise NotAllowed("You may not refund payments.")
    with transaction.atomic(durable=True):
        payment = lock_payment(payment_id)
        made = Refund.objects.filter(pk=refund_id).first() if refund_id else None
        if made:
            return _same_again(made, payment, amount)
        cents = check_refund(payment, amount, may_ask=may_ask, actor=actor, now=now)
        refund = make_refund(
            payment,
            cents,
            refund_id=refund_id or uuid7(),
            reason=reason,
            notes=notes,
            asks=may_ask and is_over_limit(cents, actor=actor, now=now),
            actor=actor,
        )
    # No answer is no refusal: the refund stays pending, and the sweeper asks again.
    with suppress(GatewayUnavailable):
        send_refund(refund_id=refund.pk, is_told=True, now=now)
    refund.refresh_from_db()
    return refund


def make_refund(
    payment: Payment,
    cents: int,
    *,
    refund_id: UUID,
    reason: str,
    notes: str,
    asks: bool = False,
    by_hand: bool = False,
    actor: User,
) -> Refund:
    """Write down a refund that has been checked; `send_refund` follows once this has committed.

    The caller holds the booking's lock.

    Args:
        asks: a second person has to approve it first.
        by_hand: staff pay it back themselves, though it came by card.
    """
    by_card = payment.method == Payment.Method.STRIPE and not by_hand
    refund = Refund.objects.create(
        pk=refund_id,
        payment=payment,
        amount=cents,
        currency=payment.currency,
        reason=reason,
        notes=notes,
        requested_by=actor,
        approval=Refund.Approval.REQUESTED if asks else "",
        by_hand=by_hand,
        awaiting_stripe=by_card and not asks,
    )
    action = "refund.requested" if asks else "refund.created"
    audit.record(action, refund, actor=actor, note=notes, amount=cents, reason=reason)
    return refund


def _same_again(made: Refund, payment: Payment, amount: int | None) -> Refund:
    if made.payment_id != payment.pk or amount not in (None, made.amount):
        raise RefundRefused(f"{format_cents(made.amount)} was refunded by this form already.")
    if made.status == Status.FAILED and made.stripe_refund_id is None:
        raise RefundRefused("Stripe refused this refund. Nothing was given back.")
    return made


def check_refund(
    payment: Payment, amount: int | None, *, may_ask: bool = False, actor: User, now: datetime
) -> int:
    """Return the cents that `refund_payment` would refund, or raise what it would.

    Raises:
        RefundRefused, RefundOverLimit: as `refund_payment` says.
    """
    left = refundable(payment)
    cents = left if amount is None else amount
    if payment.status != Payment.Status.SUCCEEDED:
        raise RefundRefused("Only a payment that has succeeded can be refunded.")
    if is_contested(payment):
        raise RefundRefused(WHY_NOT)
    if left <= 0:
        raise RefundRefused("Nothing is left of this payment to refund.")
    if not 0 < cents <= left:
        raise RefundRefused(
            f"At most {format_cents(left)} of this payment is left to refund.",
            attr="amount",
            refundable=left,
        )
    if not may_ask:
        check_limit(cents, actor=actor, now=now)
    return cents


def is_over_limit(cents: int, *, actor: User, now: datetime) -> bool:
    """Return whether it takes a second person for this one to refund so much at once."""
    return cents > _limit(now) and not actor.has_perm("payments.refund_over_limit")


def _limit(now: datetime) -> int:
    limit: int = RuleBook.objects.in_force(timezone.localdate(now)).manager_refund_limit
    return limit


def check_limit(cents: int, *, actor: User, now: datetime, attr: str = "amount") -> None:
    """Check that this person may refund so much at once.

    Args:
        attr: the field at fault where they may not.

    Raises:
        RefundOverLimit: it takes finance.
    """
    if is_over_limit(cents, actor=actor, now=now):
        raise RefundOverLimit(
            f"You may refund up to {format_cents(_limit(now))}. Ask finance for more.", attr=attr
        )


def send_refund(*, refund_id: UUID, is_told: bool = False, now: datetime) -> None:
    """Call Stripe for a refund that it has not answered yet. Repeating it moves money once.

    Args:
        is_told: a person waits, and is told of a refusal; else it asks for attention.

    Raises:
        RefundRefused: Stripe refused; the refund is `failed` and nothing moved.
        GatewayUnavailable: no answer; the sweeper tries again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if not refund.awaiting_stripe:
        return
    payment = refund.payment
    try:
        answer = gateway.create_refund(
            payment_intent=payment.stripe_payment_intent_id or "",
            amount=refund.amount,
            reason=refund.reason if refund.reason in STRIPE_REASONS else "requested_by_customer",
            metadata={
                "refund_id": str(refund.pk),
                "payment_id": str(payment.pk),
                "booking_id": str(payment.booking_id),
            },
            key=f"refund-{refund.pk}",
        )
    except GatewayRejected as error:
        _mark_refused(refund, error, is_told=is_told, now=now)
        is_disputed = error.extra.get("stripe_code") == "charge_disputed"
        why = WHY_NOT if is_disputed else f"Stripe refused the refund: {error.detail}"
        raise RefundRefused(why) from None
    apply_stripe_refund(answer, as_of=now)
    mirror.store(answer)


def send_all(refund_ids: Iterable[UUID], *, now: datetime) -> None:
    """Call Stripe for refunds that have committed.

    One that Stripe refuses is `failed` and stops no other; without an answer the sweeper goes on.
    """
    for refund_id in refund_ids:
        try:
            send_refund(refund_id=refund_id, now=now)
        except RefundRefused:
            continue
        except GatewayUnavailable:
            return


def _mark_refused(refund: Refund, error: GatewayRejected, *, is_told: bool, now: datetime) -> None:
    with transaction.atomic():
        lock_payment(refund.payment_id)
        locked = Refund.objects.select_for_update().get(pk=refund.pk)
        locked.status = Status.FAILED
        locked.failure_reason = str(error.extra.get("stripe_code") or error.code)
        locked.awaiting_stripe = False
        locked.save()
        audit.record("refund.refused", locked, actor=None, note=error.detail)
        show_to_staff(locked.payment.booking_id)
        if not is_told:
            ask_about_failed(locked, now=now)
