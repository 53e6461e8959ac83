"""What asks a person: opened in the transaction that finds it, closed by a decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed, NotFound
from payments.errors import AlreadyDecided
from payments.models import Attention

PERMISSION = "payments.decide_attention"


def ask(
    kind: Attention.Kind,
    *,
    about: str,
    booking_id: UUID,
    payment_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Ask a person to decide about something. The same thing asks once.

    Args:
        about: what it is about, unique among its kind, such as the refund's id.
        facts: what it was when it opened, JSON-ready; money in cents.
    """
    question, is_new = Attention.objects.get_or_create(
        key=f"{kind}:{about}",
        defaults={
            "kind": kind,
            "booking_id": booking_id,
            "payment_id": payment_id,
            "facts": facts or {},
            "opened_at": now,
        },
    )
    if is_new:
        audit.record("attention.opened", question, actor=None, kind=kind, about=about)


def decide(
    *, attention_id: UUID, decision: str, note: str = "", actor: User, now: datetime
) -> Attention:
    """Close a question with what was decided. What that does to money or a booking comes first.

    Raises:
        NotAllowed: this person may not decide.
        AlreadyDecided: somebody else has.
        NotFound: there is no such question.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not decide this.")
    with transaction.atomic():
        question = Attention.objects.select_for_update().filter(pk=attention_id).first()
        if question is None:
            raise NotFound("There is no such question.")
        if question.closed_at:
            raise AlreadyDecided(f"It was decided already: {question.decision}.")
        question.closed_at, question.closed_by = now, actor
        question.decision, question.note = decision, note
        question.save()
        audit.record("attention.decided", question, actor=actor, note=note, decision=decision)
    return question
