"""What a booking becomes once somebody has refunded part of it in Stripe's dashboard."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.services.goodwill import lower_bill
from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core.errors import NotAllowed, NotFound
from payments.models import Attention
from payments.services import attention

OWED_AGAIN, BILL_LOWERED, CANCELED = "owed_again", "bill_lowered", "booking_canceled"


def owe_again(*, attention_id: UUID, note: str = "", actor: User, now: datetime) -> Attention:
    """Keep the booking as it is: what was refunded is owed again.

    Raises:
        NotAllowed, AlreadyDecided, NotFound: as `attention.decide` says.
    """
    return attention.decide(
        attention_id=attention_id, decision=OWED_AGAIN, note=note, actor=actor, now=now
    )


def lower_bill_by_refund(
    *, attention_id: UUID, note: str = "", actor: User, now: datetime
) -> Attention:
    """Take what was refunded off the bill, so that it is not owed again.

    Raises:
        NotAllowed, AlreadyDecided, NotFound: as `attention.decide` says.
        NotAllowed, NotEditable, DiscountTooLarge, TotalBelowPaid: as `lower_bill` says.
    """
    if not actor.has_perm(attention.PERMISSION):
        raise NotAllowed("You may not decide this.")
    question = Attention.objects.filter(
        pk=attention_id, kind=Attention.Kind.EXTERNAL_REFUND
    ).first()
    if question is None:
        raise NotFound("There is no such question.")
    with transaction.atomic():
        lock_booking(question.booking_id)
        decided = attention.decide(
            attention_id=attention_id, decision=BILL_LOWERED, note=note, actor=actor, now=now
        )
        lower_bill(
            booking_id=question.booking_id,
            amount=question.facts["amount"],
            label="Goodwill refund",
            note=note,
            actor=actor,
            now=now,
        )
    return decided


def answered_by_canceling(*, booking_id: UUID, actor: User, now: datetime) -> None:
    """Close what was asked about a booking that is canceled now. The caller holds its lock."""
    for kind in (Attention.Kind.EXTERNAL_REFUND, Attention.Kind.DISPUTE):
        attention.answer_all(kind, booking_id=booking_id, decision=CANCELED, actor=actor, now=now)
