"""A refund that failed at Stripe: staff pay it back another way."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed, NotFound
from payments.errors import RefundRefused
from payments.models import Attention, Payment, Refund
from payments.services import attention
from payments.services.locks import lock_payment
from payments.services.paid_back import PERMISSION, goes_by_hand
from payments.services.refunds import check_refund, is_over_limit, make_refund

DECISION = "paid_back_another_way"


def pay_another_way(*, refund_id: UUID, actor: User, now: datetime) -> Refund:
    """Set a failed refund's money aside again, for staff to pay it back by Zelle and the like.

    What follows is `paid_back.mark_paid_back`; above this person's limit somebody has to approve it
    first. The same call again is one refund.

    Returns:
        the new refund, `pending` until it is paid back.

    Raises:
        NotAllowed: this person may not refund.
        RefundRefused: it has not failed, the charge is disputed, or not that much is left of it.
        NotFound: there is no such refund.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not refund payments.")
    payment_id = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NotFound("There is no such refund.", attr="refund_id")
    with transaction.atomic():
        payment = lock_payment(payment_id)
        failed = Refund.objects.select_related("payment").get(pk=refund_id)
        made, new_id = _latest(failed)
        if made:
            return made
        if not can_be_paid_another_way(failed):
            raise RefundRefused("Only a refund that failed is paid back another way.")
        return _make(failed, payment, new_id, actor=actor, now=now)


def can_be_paid_another_way(refund: Refund) -> bool:
    """Return whether this refund was to go back through Stripe, and did not."""
    is_back = refund.status in Refund.CAME_BACK
    return is_back and not goes_by_hand(refund) and refund.approval not in Refund.UNAPPROVED


def paid_instead(failed: Refund) -> Refund | None:
    """Return the live refund that pays a failed one back another way."""
    return _latest(failed)[0]


def _make(failed: Refund, payment: Payment, new_id: UUID, *, actor: User, now: datetime) -> Refund:
    cents = check_refund(payment, failed.amount, may_ask=True, actor=actor, now=now)
    refund = make_refund(
        payment,
        cents,
        refund_id=new_id,
        reason=failed.reason,
        notes=f"Instead of a refund that failed: {failed.failure_reason or failed.status}.",
        asks=is_over_limit(cents, actor=actor, now=now),
        by_hand=True,
        actor=actor,
    )
    audit.record("refund.paid_another_way", failed, actor=actor, instead=str(refund.pk))
    attention.answer(
        Attention.Kind.REFUND_FAILED,
        about=str(failed.pk),
        decision=DECISION,
        actor=actor,
        now=now,
    )
    return refund


def _latest(failed: Refund) -> tuple[Refund | None, UUID]:
    """Return what pays a failed refund back, and the id of the next to do so.

    Its id is made of the failed one's: of those who ask at once, one makes it. One that was given
    up in its turn makes room for the next.
    """
    number = 0
    while True:
        new_id = uuid5(failed.pk, str(number))
        made = Refund.objects.select_related("payment").filter(pk=new_id).first()
        if made is None or made.status in Refund.LIVE:
            return made, new_id
        number += 1
