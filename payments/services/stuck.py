"""Attempts whose making broke at Stripe, which repeats its 5xx under the same key for a day.

https://docs.stripe.com/api/idempotent_requests
"""

from typing import Any

from payments import gateway
from payments.errors import GatewayBroken
from payments.models import Payment
from payments.services.refused import mark_refused
from payments.services.stripe_customers import ensure_stripe_customer

Json = dict[str, Any]
# Stripe's clock may be behind ours.
MARGIN_SECONDS = 60


def made_after_all(payment: Payment, object_type: str, *, error: GatewayBroken) -> Json:
    """Return what Stripe made for an attempt although it answered that it broke.

    If there is nothing, the attempt is canceled, so that the next one has a key of its own. Nobody
    was given what a broken call may still make, so nobody can pay that.

    Raises:
        GatewayBroken: Stripe made nothing.
        GatewayUnavailable: it can't be asked; nothing has changed.
    """
    customer = ensure_stripe_customer(customer_id=payment.customer_id)
    since = int(payment.created_at.timestamp()) - MARGIN_SECONDS
    for made in gateway.list_of_customer(object_type, customer=customer, since=since):
        if (made["metadata"] or {}).get("payment_id") == str(payment.pk):
            return made
    mark_refused(payment_id=payment.pk, error=error)
    raise error
