"""Giving money back through Stripe, and taking in what Stripe says of it."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bookings.models import RuleBook
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from myhibachi.core.ids import as_uuid, uuid7
from myhibachi.core.money import format_cents
from payments import gateway, mirror
from payments.errors import GatewayRejected, GatewayUnavailable, RefundOverLimit, RefundRefused
from payments.models import LedgerEntry, Payment, Refund
from payments.queries.ledger import refundable
from payments.services import ledger
from payments.services.locks import lock_payment

Json = dict[str, Any]
Status = Refund.Status

# https://docs.stripe.com/api/refunds/create#create_refund-reason
STRIPE_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CAME_BACK = (Status.FAILED, Status.CANCELED)


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
        refund = Refund.objects.create(
            pk=refund_id or uuid7(),
            payment=payment,
            amount=cents,
            currency=payment.currency,
            reason=reason,
            notes=notes,
            requested_by=actor,
            awaiting_stripe=True,
        )
        audit.record("refund.created", refund, actor=actor, note=notes, amount=cents, reason=reason)
    # No answer is no refusal: the refund stays pending, and the sweeper asks again.
    with suppress(GatewayUnavailable):
        send_refund(refund_id=refund.pk, now=now)
    refund.refresh_from_db()
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
    if payment.method != Payment.Method.STRIPE:
        raise RefundRefused(f"A {payment.get_method_display()} payment is not refunded by card.")
    if left <= 0:
        raise RefundRefused("Nothing is left of this payment to refund.")
    if not 0 < cents <= left:
        raise RefundRefused(
            f"At most {format_cents(left)} of this payment is left to refund.",
            attr="amount",
            refundable=left,
        )
    limit = RuleBook.objects.in_force(timezone.localdate(now)).manager_refund_limit
    if cents > limit and not actor.has_perm("payments.refund_over_limit"):
        raise RefundOverLimit(
            f"You may refund up to {format_cents(limit)}. Ask finance for more.", attr="amount"
        )
    return cents


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


def _mark_refused(refund: Refund, error: GatewayRejected) -> None:
    with transaction.atomic():
        lock_payment(refund.payment_id)
        locked = Refund.objects.select_for_update().get(pk=refund.pk)
        locked.status = Status.FAILED
        locked.failure_reason = str(error.extra.get("stripe_code") or error.code)
        locked.awaiting_stripe = False
        locked.save()
        audit.record("refund.refused", locked, actor=None, note=error.detail)


def apply_stripe_refund(stripe_refund: Json, *, as_of: datetime) -> None:
    """Take in a Refund, from an event or from Stripe's own answer, in any order.

    One that we did not make was made in Stripe's dashboard, and appears here by itself; one of a
    payment that is not ours is left to the mirror.

    Args:
        as_of: when Stripe said so.
    """
    payment = Payment.objects.filter(
        stripe_payment_intent_id=stripe_refund.get("payment_intent") or ""
    ).first()
    if payment is None:
        return
    with transaction.atomic():
        payment = lock_payment(payment.pk)
        refund = _find_or_create(stripe_refund, payment)
        _move(refund, stripe_refund)
        refund.save()
        _post(refund, stripe_refund, as_of=as_of)
        ledger.settle(payment=payment, now=as_of)


def _find_or_create(stripe_refund: Json, payment: Payment) -> Refund:
    known = Refund.objects.filter(stripe_refund_id=stripe_refund["id"]).first()
    if known:
        return known
    named = as_uuid((stripe_refund.get("metadata") or {}).get("refund_id"))
    ours = Refund.objects.filter(pk=named, payment=payment, stripe_refund_id__isnull=True).first()
    if ours:
        return ours
    external = Refund(
        payment=payment,
        amount=stripe_refund["amount"],
        currency=stripe_refund["currency"],
        reason=stripe_refund["reason"] or "",
        notes="Made in Stripe's dashboard.",
    )
    external.save()
    audit.record("refund.external", external, actor=None, amount=external.amount)
    return external


def _move(refund: Refund, stripe_refund: Json) -> None:
    # One that we took for refused, but whose first call went through, was never Stripe's `failed`.
    is_first_word = refund.stripe_refund_id is None
    refund.stripe_refund_id = stripe_refund["id"]
    refund.awaiting_stripe = False
    status = Status(stripe_refund["status"])
    if status != refund.status and (is_first_word or status in Refund.NEXT[Status(refund.status)]):
        audit.record("refund.status", refund, actor=None, status=[refund.status, status])
        refund.status = status
        refund.failure_reason = stripe_refund.get("failure_reason") or ""


def _post(refund: Refund, stripe_refund: Json, *, as_of: datetime) -> None:
    """Post what left, and what came back: both, whichever of the two we hear of first."""
    if refund.status == Status.REQUIRES_ACTION:
        return
    ledger.post(
        payment=refund.payment,
        kind=LedgerEntry.Kind.REFUND,
        amount=-refund.amount,
        cause=f"refund:{refund.stripe_refund_id}",
        occurred_at=datetime.fromtimestamp(stripe_refund["created"], tz=UTC),
        actor=refund.requested_by,
    )
    if refund.status in CAME_BACK:
        ledger.post(
            payment=refund.payment,
            kind=LedgerEntry.Kind.REFUND_REVERSAL,
            amount=refund.amount,
            cause=f"refund_reversal:{refund.stripe_refund_id}",
            occurred_at=as_of,
        )
