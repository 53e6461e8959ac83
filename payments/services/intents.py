"""Taking what Stripe says of a PaymentIntent or Charge into our payments and ledger."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from myhibachi.core import audit
from myhibachi.core.ids import as_uuid
from myhibachi.core.tasks import enqueue
from payments import gateway, mirror
from payments.models import LedgerEntry, Payment
from payments.services import balance_transactions, disputes, fraud_warnings, ledger, stripe_refunds
from payments.services.duplicates import look_for_duplicate
from payments.services.locks import lock_payment

Json = dict[str, Any]
Status = Payment.Status

# What a charge cost; what a dispute cost has another.
FEE_CAUSE = "fee:"

# https://docs.stripe.com/payments/paymentintents/lifecycle
STATUS_OF_INTENT = {
    "requires_action": Status.REQUIRES_ACTION,
    "processing": Status.PROCESSING,
    "requires_capture": Status.PROCESSING,
    "succeeded": Status.SUCCEEDED,
    "canceled": Status.CANCELED,
}


def apply_payment_intent(intent: Json, *, as_of: datetime | None, now: datetime) -> None:
    """Take in a PaymentIntent, from an event or from Stripe's own answer, in any order.

    An intent that no payment of ours made is left to the mirror.

    Args:
        as_of: when Stripe made the event; None for an answer, which is always current.
    """
    payment_id = find_payment_id(intent)
    if payment_id is None:
        return
    with transaction.atomic():
        payment = lock_payment(payment_id)
        payment.stripe_payment_intent_id = intent["id"]
        payment.awaiting_stripe = False
        _move(payment, intent, as_of=as_of, now=now)
        payment.save()
        if intent["status"] == "succeeded":
            at = as_of or _charged_at(intent) or now
            is_new = _post_charge(payment, intent, occurred_at=at)
            ledger.settle(payment=payment, now=now)
            if is_new:
                look_for_duplicate(payment, now=now)


def find_payment_id(intent: Json) -> UUID | None:
    """Return the payment an intent belongs to: by its id, else by the id we put in its metadata."""
    known = Payment.objects.filter(stripe_payment_intent_id=intent["id"]).first()
    if known:
        return known.pk
    named = as_uuid((intent.get("metadata") or {}).get("payment_id"))
    unclaimed = Payment.objects.filter(pk=named, stripe_payment_intent_id__isnull=True).first()
    return unclaimed.pk if unclaimed else None


def apply_charge(charge: Json) -> None:
    """Note a charge on its payment, and ask Stripe for what its event does not carry.

    The PaymentIntent is what posts the money; a charge whose intent we have not heard of as
    succeeded, or whose fee we have not noted, makes us ask.
    """
    intent_id = charge.get("payment_intent") or ""
    payment = Payment.objects.filter(stripe_payment_intent_id=intent_id).first()
    if payment is None or charge["status"] != "succeeded":
        return
    fee_is_known = payment.ledger_entries.filter(cause__startswith=FEE_CAUSE).exists()
    if payment.status != Status.SUCCEEDED or (charge["balance_transaction"] and not fee_is_known):
        enqueue("payments.tasks.refresh_payment", payment.pk)


def refresh_payment(*, payment_id: UUID, now: datetime) -> None:
    """Ask Stripe how a payment stands, and post what it cost us in fees.

    What was refunded, disputed or warned of before we knew whose the intent is, was nobody's then.

    Raises:
        GatewayUnavailable: try again later.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.stripe_payment_intent_id is None:
        return
    intent = gateway.retrieve_payment_intent(
        payment.stripe_payment_intent_id, expand=["latest_charge.balance_transaction"]
    )
    apply_payment_intent(intent, as_of=None, now=now)
    charge = intent["latest_charge"]
    if charge is None or charge["status"] != "succeeded":
        return
    if charge["amount_refunded"]:
        for refund in gateway.list_refunds(payment_intent=intent["id"]):
            stripe_refunds.apply_stripe_refund(refund, as_of=now)
    if charge["disputed"]:
        for dispute in gateway.list_disputes(payment_intent=intent["id"]):
            disputes.apply_stripe_dispute(dispute, as_of=_whole_second(now))
    payment.refresh_from_db()
    fraud_warnings.apply_heard(payment, now=now)
    # Last: a payment without a fee is one that the sweeper asks for again.
    if charge["balance_transaction"]:
        _post_fee(payment, charge["balance_transaction"])


def _move(payment: Payment, intent: Json, *, as_of: datetime | None, now: datetime) -> None:
    """Set the status the intent stands for, unless something newer or final is known."""
    error = intent.get("last_payment_error")
    status = STATUS_OF_INTENT.get(intent["status"], Status.FAILED if error else Status.PENDING)
    is_older = bool(as_of and payment.as_of and as_of < payment.as_of)
    if status not in Payment.NEXT[Status(payment.status)]:
        return
    if is_older and status != Status.SUCCEEDED:
        return
    payment.as_of = as_of or _whole_second(now)
    audit.record("payment.status", payment, actor=None, status=[payment.status, status])
    payment.status = status
    if status == Status.FAILED and error:
        payment.failure_code = error.get("decline_code") or error.get("code") or ""
        payment.failure_message = (error.get("message") or "")[:500]
    if status == Status.SUCCEEDED:
        payment.failure_code = payment.failure_message = ""
        payment.succeeded_at = as_of or _charged_at(intent) or now


def _post_charge(payment: Payment, intent: Json, *, occurred_at: datetime) -> bool:
    """Book what was charged, and return whether that is new."""
    charge = intent["latest_charge"]
    payment.stripe_charge_id = charge if isinstance(charge, str) else charge["id"]
    payment.save(update_fields=["stripe_charge_id"])
    is_new = ledger.post(
        payment=payment,
        kind=LedgerEntry.Kind.CHARGE,
        amount=intent["amount_received"],
        cause=f"charge:{payment.stripe_charge_id}",
        occurred_at=occurred_at,
    )
    if is_new:
        _note_tax(payment, intent)
        enqueue("payments.tasks.refresh_payment", payment.pk)
    return is_new


def _note_tax(payment: Payment, intent: Json) -> None:
    """Note the tax that Checkout put on top: what it took more than we asked for.

    The intent says it whether its Session's event comes before, after or never.
    """
    if payment.surface == Payment.Surface.CHECKOUT:
        payment.tax = max(intent["amount_received"] - payment.amount, 0)
        payment.save(update_fields=["tax"])


def _post_fee(payment: Payment, balance_transaction: Json) -> None:
    if balance_transaction["fee"]:
        with transaction.atomic():
            locked = lock_payment(payment.pk)
            ledger.post(
                payment=locked,
                kind=LedgerEntry.Kind.FEE,
                amount=-balance_transaction["fee"],
                cause=f"{FEE_CAUSE}{balance_transaction['id']}",
                occurred_at=_time(balance_transaction["created"]),
            )
    balance_transactions.apply_balance_transaction(balance_transaction)
    mirror.store(balance_transaction)


def _charged_at(intent: Json) -> datetime | None:
    """Return when it was charged, where the answer was asked to carry its charge."""
    charge = intent["latest_charge"]
    return _time(charge["created"]) if isinstance(charge, dict) else None


def _whole_second(moment: datetime) -> datetime:
    """Return it as Stripe's events would have it: one of this same second is not older."""
    return moment.replace(microsecond=0)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
