"""A customer starts to pay: what the frontend needs for each surface."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments.errors import AlreadyPaid, GatewayBroken
from payments.models import Payment
from payments.services.attempts import SURFACES, Wanted, open_attempt

# What each surface calls an attempt that can still be paid.
PAYABLE = ("open", "requires_payment_method", "requires_confirmation", "requires_action")


@dataclass(frozen=True, kw_only=True)
class Started:
    """An attempt and Stripe's object for it, ready to be paid."""

    payment: Payment
    stripe_object: dict[str, Any]


def start_payment(wanted: Wanted, *, now: datetime) -> Started:
    """Open an attempt and return Stripe's Session or PaymentIntent for it.

    The same call again returns the same attempt while it can be paid; one that is over at Stripe,
    unpaid, is replaced, and so is one whose making broke there.

    Raises:
        AmountMismatch, AlreadyPaid, NothingDue, NotPayable: as `open_attempt` says.
        CardDeclined, GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    started = _try(wanted, now=now) or _send(wanted, now=now)
    if started.stripe_object["status"] not in PAYABLE:
        raise AlreadyPaid("Stripe has this payment already. It will show here in a moment.")
    return started


def _try(wanted: Wanted, *, now: datetime) -> Started | None:
    """Return the attempt; None if it is over, and the next call makes another."""
    try:
        started = _send(wanted, now=now)
    except GatewayBroken:
        return None
    return None if started.payment.status == Payment.Status.CANCELED else started


def _send(wanted: Wanted, *, now: datetime) -> Started:
    payment = open_attempt(wanted, now=now)
    stripe_object = SURFACES[wanted.surface].send(payment, now=now)
    payment.refresh_from_db()
    return Started(payment=payment, stripe_object=stripe_object)
