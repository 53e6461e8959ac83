"""One Stripe customer for each of ours, made when it is first needed."""

from uuid import UUID

from customers.models import Customer
from customers.services.profiles import set_stripe_customer_id
from myhibachi.core.ids import as_uuid
from payments import gateway, mirror


def ensure_stripe_customer(*, customer_id: UUID) -> str:
    """Return the customer's Stripe id, making the Stripe customer if there is none yet.

    Two requests at once send the same idempotency key, so Stripe makes one customer; a crash
    before we have noted its id is mended by the next call or by its `customer.created` event.
    """
    customer = Customer.objects.get(pk=customer_id)
    if customer.stripe_customer_id:
        return customer.stripe_customer_id
    answer = gateway.create_customer(
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        metadata={"customer_id": str(customer.pk)},
        key=f"customer-{customer.pk}",
    )
    linked = set_stripe_customer_id(customer_id=customer.pk, stripe_customer_id=answer["id"])
    mirror.store(answer)
    return linked.stripe_customer_id or answer["id"]


def apply_stripe_customer(stripe_customer: dict[str, object]) -> None:
    """Note the Stripe id on the customer that its metadata names, if it has none."""
    metadata = stripe_customer.get("metadata")
    customer_id = metadata.get("customer_id") if isinstance(metadata, dict) else None
    customer = Customer.objects.filter(pk=as_uuid(customer_id)).first()
    if customer and not customer.stripe_customer_id:
        set_stripe_customer_id(
            customer_id=customer.pk, stripe_customer_id=str(stripe_customer["id"])
        )
