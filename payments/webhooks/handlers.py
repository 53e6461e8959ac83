"""What each of Stripe's events means here, a line each. Receivers of dj-stripe's webhook signals.

An event whose object only needs copying is in `MIRRORED`; the mirror has it before these run.
"""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from djstripe.event_handlers import djstripe_receiver
from djstripe.models import Event

from payments.services import (
    disputes,
    fraud_warnings,
    intents,
    payouts,
    stripe_invoices,
    stripe_refunds,
)
from payments.services.stripe_customers import apply_deleted_customer, apply_stripe_customer
from payments.services.surfaces import checkout

CHECKOUT = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
]
PAYMENT_INTENT = [
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.processing",
    "payment_intent.requires_action",
]
CHARGE = ["charge.succeeded", "charge.updated"]
REFUND = ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"]
DISPUTE = [
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
]
FRAUD_WARNING = list(fraud_warnings.EVENTS)
INVOICE = [
    "invoice.created",
    "invoice.finalized",
    "invoice.sent",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
    "invoice.overdue",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "invoice.updated",
]
PAYOUT = [
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
]
CUSTOMER = ["customer.created", "customer.updated"]
CUSTOMER_DELETED = ["customer.deleted"]
MIRRORED = [
    "charge.failed",
    "charge.refunded",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "payment_intent.created",
    "payment_method.attached",
    "payment_method.detached",
    "payment_method.updated",
    "price.created",
    "price.deleted",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
]
HANDLED = frozenset(
    CHECKOUT
    + PAYMENT_INTENT
    + CHARGE
    + REFUND
    + DISPUTE
    + FRAUD_WARNING
    + INVOICE
    + PAYOUT
    + CUSTOMER
    + CUSTOMER_DELETED
    + MIRRORED
)


def _object(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = event.data["object"]
    return found


def _as_of(event: Event) -> datetime:
    return datetime.fromtimestamp(event.stripe_data["created"], tz=UTC)


@djstripe_receiver(CHECKOUT)
def on_checkout_session(sender: type[Event], event: Event, **kwargs: Any) -> None:
    checkout.apply_checkout_session(_object(event), now=timezone.now())


@djstripe_receiver(PAYMENT_INTENT)
def on_payment_intent(sender: type[Event], event: Event, **kwargs: Any) -> None:
    intents.apply_payment_intent(_object(event), as_of=_as_of(event), now=timezone.now())


@djstripe_receiver(CHARGE)
def on_charge(sender: type[Event], event: Event, **kwargs: Any) -> None:
    intents.apply_charge(_object(event))


@djstripe_receiver(REFUND)
def on_refund(sender: type[Event], event: Event, **kwargs: Any) -> None:
    stripe_refunds.apply_stripe_refund(_object(event), as_of=_as_of(event))


@djstripe_receiver(DISPUTE)
def on_dispute(sender: type[Event], event: Event, **kwargs: Any) -> None:
    disputes.apply_stripe_dispute(_object(event), as_of=_as_of(event))


@djstripe_receiver(FRAUD_WARNING)
def on_fraud_warning(sender: type[Event], event: Event, **kwargs: Any) -> None:
    fraud_warnings.apply_fraud_warning(_object(event), now=timezone.now())


@djstripe_receiver(INVOICE)
def on_invoice(sender: type[Event], event: Event, **kwargs: Any) -> None:
    stripe_invoices.apply_stripe_invoice(_object(event), now=timezone.now())


@djstripe_receiver(PAYOUT)
def on_payout(sender: type[Event], event: Event, **kwargs: Any) -> None:
    payouts.apply_stripe_payout(_object(event), as_of=_as_of(event))


@djstripe_receiver(CUSTOMER)
def on_customer(sender: type[Event], event: Event, **kwargs: Any) -> None:
    apply_stripe_customer(_object(event))


@djstripe_receiver(CUSTOMER_DELETED)
def on_customer_deleted(sender: type[Event], event: Event, **kwargs: Any) -> None:
    apply_deleted_customer(_object(event))
