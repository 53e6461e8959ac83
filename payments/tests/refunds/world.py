"""Payments to refund, and the people who do it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.models import Attention, Payment, Refund
from payments.services.refund_approval import approve_refund, reject_refund
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid


def paid_in_full(card: str = "pm_card_visa") -> Payment:
    """Return a card payment of $550.00, above what a manager may refund at once."""
    return paid(card, payment_type="full", amount=55000)


def ask(payment: Payment, amount: int, actor: User, **more: Any) -> Refund:
    """Refund as the API and the admin do: above the limit it waits for approval."""
    asked: dict[str, Any] = {"may_ask": True, "now": timezone.now()} | more
    return refund_payment(payment_id=payment.pk, amount=amount, actor=actor, **asked)


def approve(refund: Refund, actor: User) -> Refund:
    return approve_refund(refund_id=refund.pk, actor=actor, now=timezone.now())


def reject(refund: Refund, actor: User, reason: str = "He came and ate.") -> Refund:
    return reject_refund(refund_id=refund.pk, reason=reason, actor=actor, now=timezone.now())


def sweep() -> int:
    """Let the sweeper come by."""
    return sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))


def questions() -> list[tuple[str, str]]:
    """Return what was asked, the oldest first: kind, and the decision where there is one."""
    found = Attention.objects.order_by("opened_at", "pk")
    return list(found.values_list("kind", "decision"))


def dispute(sandbox: Any, payment: Payment, *, inquiry: bool = False, amount: int = 0) -> str:
    """Let the cardholder dispute a payment, and hear of it; return Stripe's id."""
    intent = stripe.call("GET", f"payment_intents/{payment.stripe_payment_intent_id}")
    given = {"charge": intent["latest_charge"], "inquiry": inquiry, "amount": amount}
    opened: dict[str, Any] = sandbox.control("POST", "actions/open_dispute", given)
    stripe.deliver()
    return str(opened["id"])


def failed(sandbox: Any, actor: User, amount: int = 4000) -> Refund:
    """Return a refund that the bank has sent back, and we have heard so."""
    made = ask(paid("pm_card_refundFail"), amount, actor)
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    made.refresh_from_db()
    return made


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Do these at the same moment; return in order what each was told, "" where it was done."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(min(len(calls), 10)) as pool:
        return list(pool.map(run, calls))
