"""What of ours stands for an object of Stripe's."""

from django.db.models import Model

from customers.models import Customer
from payments.models import Dispute, EarlyFraudWarning, Invoice, Payment, Payout, Refund

# By how Stripe's id begins; each of these columns has an index.
PLACES: dict[str, tuple[type[Model], str]] = {
    "ch": (Payment, "stripe_charge_id"),
    "cs": (Payment, "stripe_checkout_session_id"),
    "cus": (Customer, "stripe_customer_id"),
    "dp": (Dispute, "stripe_dispute_id"),
    "du": (Dispute, "stripe_dispute_id"),
    "in": (Invoice, "stripe_invoice_id"),
    "issfr": (EarlyFraudWarning, "stripe_early_fraud_warning_id"),
    "pi": (Payment, "stripe_payment_intent_id"),
    "po": (Payout, "stripe_payout_id"),
    "pyr": (Refund, "stripe_refund_id"),
    "re": (Refund, "stripe_refund_id"),
}


def local_object(stripe_id: str) -> Model | None:
    """Return our row for one of Stripe's objects, None where we have none."""
    place = PLACES.get(stripe_id.split("_", 1)[0])
    if place is None:
        return None
    model, field = place
    return model._default_manager.filter(**{field: stripe_id}).first()
