"""Stripe's customer portal: saved cards and invoices, on Stripe's own pages."""

from uuid import UUID

from django.conf import settings

from payments import gateway
from payments.services.stripe_customers import with_stripe_customer


def portal_link(*, customer_id: UUID) -> str:
    """Return a one-time link into the customer's portal.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    session = with_stripe_customer(
        customer_id,
        lambda customer: gateway.create_portal_session(
            customer=customer, return_url=settings.PORTAL_RETURN_URL
        ),
    )
    url: str = session["url"]
    return url
