"""What asks a person: opened in the transaction that finds it, closed by a decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from payments.errors import AlreadyDecided
from payments.models import Attention

PERMISSION = "payments.decide_attention"
NOTED = "noted"


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


def answer(
    kind: Attention.Kind,
    *,
    about: str,
    decision: str,
    note: str = "",
    actor: User | None,
    now: datetime,
) -> None:
    """Close a question, if it is open, because what was done or happened is its answer.

    The caller is in a transaction, and has checked whether this person may do what they did.

    Args:
        actor: None where Stripe or the clock has answered.
    """
    key = f"{kind}:{about}"
    question = Attention.objects.select_for_update().open().filter(key=key).first()
    if question:
        _close(question, decision=decision, note=note, actor=actor, now=now)


def answer_all(
    kind: Attention.Kind, *, booking_id: UUID, decision: str, actor: User | None, now: datetime
) -> None:
    """Close a booking's open questions of a kind, as `answer` does."""
    open_ones = Attention.objects.select_for_update().open()
    for question in open_ones.filter(kind=kind, booking=booking_id).order_by("pk"):
        _close(question, decision=decision, note="", actor=actor, now=now)


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
            raise AlreadyDecided(f"It was decided already: {question.decision_in_words}.")
        _close(question, decision=decision, note=note, actor=actor, now=now)
    return question


def note_only(*, attention_id: UUID, note: str, actor: User, now: datetime) -> Attention:
    """Close a question of any kind without doing anything about it, because a person says why.

    Raises:
        InvalidInput: no reason is given.
        NotAllowed, AlreadyDecided, NotFound: as `decide` says.
    """
    if not note.strip():
        raise InvalidInput("Say what was found, or why nothing is to be done.", attr="note")
    return decide(attention_id=attention_id, decision=NOTED, note=note, actor=actor, now=now)


def _close(
    question: Attention, *, decision: str, note: str, actor: User | None, now: datetime
) -> None:
    question.closed_at, question.closed_by = now, actor
    question.decision, question.note = decision, note
    question.save()
    audit.record("attention.decided", question, actor=actor, note=note, decision=decision)
