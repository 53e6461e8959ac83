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
from payments.queries.ledger import refundable
from payments.services.locks import lock_payment
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
    now: datetime,
) -> Refund:
    """Refund part or all of a payment. Our row stands before Stripe is called.

    What did not come by card waits for staff to pay it back (`paid_back.mark_paid_back`).

    Args:
        amount: cents; None is all that is left.
        reason: any words; what Stripe knows is sent as it is.
        refund_id: the id that the refund shall have, chosen by the caller before the first try;
            the same call again returns that refund and moves nothing.

    Returns:
        the refund, `pending` while Stripe has not answered.

    Raises:
        NotAllowed, RefundOverLimit: this person may not refund, or not this much.
        RefundRefused: not that much is left, or Stripe refused. Nothing moved.
    """
    if not actor.has_perm("payments.refund_payment"):
        raise NotAllowed("You may not refund payments.")
    with transaction.atomic(durable=True):
        payment = lock_payment(payment_id)
        made = Refund.objects.filter(pk=refund_id).first() if refund_id else None
        if made:
            return _same_again(made, payment, amount)
        cents = check_refund(payment, amount, actor=actor, now=now)
        refund = make_refund(
            payment, cents, refund_id=refund_id or uuid7(), reason=reason, notes=notes, actor=actor
        )
    # No answer is no refusal: the refund stays pending, and the sweeper asks again.
    with suppress(GatewayUnavailable):
        send_refund(refund_id=refund.pk, now=now)
    refund.refresh_from_db()
    return refund


def make_refund(
    payment: Payment, cents: int, *, refund_id: UUID, reason: str, notes: str, actor: User
) -> Refund:
    """Write down a refund that has been checked; `send_refund` follows once this has committed.

    The caller holds the booking's lock.
    """
    refund = Refund.objects.create(
        pk=refund_id,
        payment=payment,
        amount=cents,
        currency=payment.currency,
        reason=reason,
        notes=notes,
        requested_by=actor,
        awaiting_stripe=payment.method == Payment.Method.STRIPE,
    )
    audit.record("refund.created", refund, actor=actor, note=notes, amount=cents, reason=reason)
    return refund


def _same_again(made: Refund, payment: Payment, amount: int | None) -> Refund:
    if made.payment_id != payment.pk or amount not in (None, made.amount):
        raise RefundRefused(f"{format_cents(made.amount)} was refunded by this form already.")
    if made.status == Status.FAILED and made.stripe_refund_id is None:
        raise RefundRefused("Stripe refused this refund. Nothing was given back.")
    return made


def check_refund(payment: Payment, amount: int | None, *, actor: User, now: datetime) -> int:
    """Return the cents that `refund_payment` would refund, or raise what it would.

    Raises:
        RefundRefused, RefundOverLimit: as `refund_payment` says.
    """
    left = refundable(payment)
    cents = left if amount is None else amount
    if payment.status != Payment.Status.SUCCEEDED:
        raise RefundRefused("Only a payment that has succeeded can be refunded.")
    if left <= 0:
        raise RefundRefused("Nothing is left of this payment to refund.")
    if not 0 < cents <= left:
        raise RefundRefused(
            f"At most {format_cents(left)} of this payment is left to refund.",
            attr="amount",
            refundable=left,
        )
    check_limit(cents, actor=actor, now=now)
    return cents


def check_limit(cents: int, *, actor: User, now: datetime, attr: str = "amount") -> None:
    """Check that this person may refund so much at once.

    Args:
        attr: the field at fault where they may not.

    Raises:
        RefundOverLimit: it takes finance.
    """
    limit = RuleBook.objects.in_force(timezone.localdate(now)).manager_refund_limit
    if cents > limit and not actor.has_perm("payments.refund_over_limit"):
        raise RefundOverLimit(
            f"You may refund up to {format_cents(limit)}. Ask finance for more.", attr=attr
        )


def send_refund(*, refund_id: UUID, now: datetime) -> None:
    """Call Stripe for a refund that it has not answered yet. Repeating it moves money once.

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
        _mark_refused(refund, error)
        raise RefundRefused(f"Stripe refused the refund: {error.detail}") from None
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


def _mark_refused(refund: Refund, error: GatewayRejected) -> None:
    with transaction.atomic():
        lock_payment(refund.payment_id)
        locked = Refund.objects.select_for_update().get(pk=refund.pk)
        locked.status = Status.FAILED
        locked.failure_reason = str(error.extra.get("stripe_code") or error.code)
        locked.awaiting_stripe = False
        locked.save()
        audit.record("refund.refused", locked, actor=None, note=error.detail)
        show_to_staff(locked.payment.booking_id)
