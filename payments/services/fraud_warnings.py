"""Early fraud warnings: a card's network suspects a payment, and a dispute often follows.

https://docs.stripe.com/disputes/measuring#early-fraud-warnings. Refunded in time, nothing is
disputed, and Stripe's fee for a dispute is saved.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput, NotAllowed
from payments.errors import AlreadyDecided, RefundRefused
from payments.models import Attention, EarlyFraudWarning, Payment, Refund, WebhookEvent
from payments.queries.ledger import refundable
from payments.services import attention
from payments.services.locks import lock_payment
from payments.services.refunds import refund_payment

Json = dict[str, Any]

EVENTS = ("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated")
REFUNDED, KEPT = "refunded", "kept"


def apply_fraud_warning(warning: Json, *, now: datetime) -> None:
    """Take in a warning, in any order; ask staff while something can still be done about it.

    One of a payment that we don't know yet waits in the inbox for `apply_heard`.
    """
    payment = Payment.objects.filter(_about(warning)).first()
    if payment is None:
        return
    with transaction.atomic():
        payment = lock_payment(payment.pk)
        known = _upsert(warning, payment)
        if known.actionable and refundable(payment):
            _ask(known, payment, now=now)


def apply_heard(payment: Payment, *, now: datetime) -> None:
    """Take in the warnings that Stripe sent before we knew whose payment they are about."""
    if not payment.stripe_payment_intent_id:
        return
    heard = WebhookEvent.objects.filter(type__in=EVENTS).order_by("stripe_created", "pk")
    ids = Q(payload__contains=payment.stripe_payment_intent_id)
    if payment.stripe_charge_id:
        ids |= Q(payload__contains=payment.stripe_charge_id)
    for payload in heard.filter(ids).values_list("payload", flat=True):
        apply_fraud_warning(json.loads(payload)["data"]["object"], now=now)


def refund_warned(
    *, warning_id: UUID, refund_id: UUID, notes: str = "", actor: User, now: datetime
) -> Refund:
    """Refund all that is left of a suspected payment, and close the question.

    Args:
        refund_id: chosen before the first try; the same call again refunds once.

    Raises:
        AlreadyDecided: somebody else has.
        NotAllowed, RefundRefused, RefundOverLimit: as `refund_payment` says.
    """
    warning = EarlyFraudWarning.objects.get(pk=warning_id)
    question = open_question(warning)
    if not actor.has_perm(attention.PERMISSION):
        raise NotAllowed("You may not decide this.")
    refund = refund_payment(
        payment_id=warning.payment_id,
        amount=None,
        reason="fraudulent",
        notes=notes,
        refund_id=refund_id,
        actor=actor,
        now=now,
    )
    if refund.status not in Refund.LIVE:
        raise RefundRefused(f"The refund failed: {refund.failure_reason}.")
    attention.decide(attention_id=question.pk, decision=REFUNDED, note=notes, actor=actor, now=now)
    return refund


def keep_warned(*, warning_id: UUID, note: str, actor: User, now: datetime) -> None:
    """Keep a suspected payment, because a person trusts it, and close the question.

    Raises:
        InvalidInput: no reason is given.
        AlreadyDecided, NotAllowed: somebody else has decided, or this person may not.
    """
    if not note.strip():
        raise InvalidInput("Say why you trust this payment.", attr="note")
    question = open_question(EarlyFraudWarning.objects.get(pk=warning_id))
    attention.decide(attention_id=question.pk, decision=KEPT, note=note, actor=actor, now=now)


def question_about(warning: EarlyFraudWarning) -> Attention | None:
    """Return what was asked about a warning, if anything was."""
    key = f"{Attention.Kind.EARLY_FRAUD_WARNING}:{warning.stripe_early_fraud_warning_id}"
    return Attention.objects.select_related("closed_by").filter(key=key).first()


def open_question(warning: EarlyFraudWarning) -> Attention:
    """Return what waits to be decided about a warning.

    Raises:
        AlreadyDecided: nothing does.
    """
    question = question_about(warning)
    if question is None:
        raise AlreadyDecided("Nothing could be refunded when this warning came.")
    if question.closed_at:
        raise AlreadyDecided(f"It was decided already: {question.decision}.")
    return question


def _about(warning: Json) -> Q:
    charge, intent = warning.get("charge"), warning.get("payment_intent")
    # Where it names no intent, the charge alone says whose it is.
    return Q(stripe_payment_intent_id=intent) if intent else Q(stripe_charge_id=charge or "")


def _upsert(warning: Json, payment: Payment) -> EarlyFraudWarning:
    known, is_new = EarlyFraudWarning.objects.get_or_create(
        stripe_early_fraud_warning_id=warning["id"],
        defaults={
            "payment": payment,
            "fraud_type": warning["fraud_type"],
            "actionable": warning["actionable"],
            "warned_at": datetime.fromtimestamp(warning["created"], tz=UTC),
        },
    )
    if is_new:
        audit.record("fraud_warning.received", known, actor=None, fraud_type=known.fraud_type)
    # A refund or a dispute ends it for good: an older event never opens it again.
    elif known.actionable and not warning["actionable"]:
        known.actionable = False
        known.save(update_fields=["actionable"])
        audit.record("fraud_warning.over", known, actor=None)
    return known


def _ask(warning: EarlyFraudWarning, payment: Payment, *, now: datetime) -> None:
    attention.ask(
        Attention.Kind.EARLY_FRAUD_WARNING,
        about=warning.stripe_early_fraud_warning_id,
        booking_id=payment.booking_id,
        payment_id=payment.pk,
        facts={
            "warning_id": str(warning.pk),
            "amount": refundable(payment),
            "reason": warning.fraud_type,
        },
        now=now,
    )
