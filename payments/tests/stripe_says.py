"""Objects as Stripe's events carry them, as far as we read them: what the sandbox need not make."""

from datetime import datetime
from typing import Any

from payments.models import Payment

Json = dict[str, Any]


def intent_paid(payment: Payment, *, name: str, at: datetime) -> Json:
    """Return the PaymentIntent of a payment that Stripe has taken."""
    return {
        "id": f"pi_{name}",
        "status": "succeeded",
        "amount_received": payment.amount,
        "latest_charge": f"ch_{name}",
        "created": int(at.timestamp()),
        "metadata": {"payment_id": str(payment.pk)},
    }


def refund(
    intent: str, *, name: str, amount: int, status: str, at: datetime, ours: str = ""
) -> Json:
    """Return a Refund in some state.

    Args:
        ours: the id of our row; none, if it was made in the dashboard.
    """
    return {
        "id": f"re_{name}",
        "payment_intent": intent,
        "amount": amount,
        "currency": "usd",
        "reason": None,
        "status": status,
        "created": int(at.timestamp()),
        "metadata": {"refund_id": ours} if ours else {},
    }


def dispute(
    intent: str, *, name: str, amount: int, status: str, at: datetime, moved: list[Json]
) -> Json:
    """Return a Dispute in some state, with what it has moved so far."""
    return {
        "id": f"du_{name}",
        "payment_intent": intent,
        "amount": amount,
        "currency": "usd",
        "reason": "fraudulent",
        "status": status,
        "created": int(at.timestamp()),
        "evidence_details": None,
        "balance_transactions": moved,
    }


def balance_transaction(*, name: str, amount: int, fee: int = 0, at: datetime) -> Json:
    """Return a movement of our balance, signed cents."""
    seconds = int(at.timestamp())
    return {
        "id": f"txn_{name}",
        "type": "adjustment",
        "source": None,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": "usd",
        "created": seconds,
        "available_on": seconds,
    }
