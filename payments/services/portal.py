"""Stripe's customer portal: saved cards and invoices, on Stripe's own pages."""

from uuid import UUID

from django.conf import settings

from payments import gateway
from payments.services.stripe_customers import ensure_stripe_customer


def portal_link(*, customer_id: UUID) -> str:
    """Return a one-time link into the customer's portal.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    stripe_customer = ensure_stripe_customer(customer_id=customer_id)
    session = gateway.create_portal_session(
        customer=stripe_customer, return_url=settings.FRONTEND_URL
    )
    url: str = session["url"]
    return url
