"""One Stripe customer for each of ours, made when it is first needed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from customers.models import Customer
from customers.services.profiles import refuse_past, survivor_of
from customers.services.stripe_ids import (
    CLEARED,
    clear_stripe_customer_id,
    set_stripe_customer_id,
)
from myhibachi.core.ids import as_uuid
from myhibachi.core.models import AuditEntry
from payments import gateway, mirror
from payments.errors import GatewayNotFound
from payments.queries.person import Person, ids_of

Json = dict[str, Any]


def ensure_stripe_customer(*, customer_id: UUID) -> str:
    """Return the customer's Stripe id, making the Stripe customer if there is none yet.

    Two requests at once send the same idempotency key, so Stripe makes one customer; a crash
    before we have noted its id is mended by the next call or by its `customer.created` event.

    Raises:
        NotCurrent: the customer was erased.
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    customer = survivor_of(Customer.objects.select_related("merged_into").get(pk=customer_id))
    if customer.stripe_customer_id:
        return customer.stripe_customer_id
    refuse_past(customer)
    answer = gateway.create_customer(
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        metadata={"customer_id": str(customer.pk)},
        key=_key(customer),
    )
    linked = set_stripe_customer_id(customer_id=customer.pk, stripe_customer_id=answer["id"])
    mirror.store(answer)
    return linked.stripe_customer_id or answer["id"]


def with_stripe_customer(customer_id: UUID, call: Callable[[str], Json]) -> Json:
    """Make a call that names the customer's Stripe id; once more, should that be gone there.

    Somebody may have deleted it in Stripe's dashboard, and its event be still on the way. What
    `call` sends as its idempotency key names the Stripe customer too.

    Raises:
        NotCurrent, GatewayRejected, GatewayUnavailable: as `ensure_stripe_customer` says.
    """
    stripe_customer = ensure_stripe_customer(customer_id=customer_id)
    try:
        return call(stripe_customer)
    except GatewayNotFound:
        if not _is_gone(stripe_customer):
            raise
    clear_stripe_customer_id(stripe_customer_id=stripe_customer)
    return call(ensure_stripe_customer(customer_id=customer_id))


def apply_stripe_customer(stripe_customer: Json) -> None:
    """Note the Stripe id on the customer that its metadata names, if it has none.

    News of one that was deleted since, come late, is no reason to name it again.
    """
    customer_id = (stripe_customer.get("metadata") or {}).get("customer_id")
    found = Customer.objects.select_related("merged_into").filter(pk=as_uuid(customer_id)).first()
    customer = survivor_of(found) if found else None
    if customer is None or customer.stripe_customer_id or customer.erased_at:
        return
    if not (mirror.stored(stripe_customer) or {}).get("deleted"):
        set_stripe_customer_id(customer_id=customer.pk, stripe_customer_id=stripe_customer["id"])


def apply_deleted_customer(stripe_customer: Json) -> None:
    """Forget a Stripe customer that is no more."""
    clear_stripe_customer_id(stripe_customer_id=stripe_customer["id"])


def stripe_customers_of(whose: Person) -> list[str]:
    """Return the ids of every Stripe customer that is, or was, this person."""
    noted = whose.customers.exclude(stripe_customer_id=None)
    found = set(noted.values_list("stripe_customer_id", flat=True))
    paid_by = mirror.customers_of(
        customer_ids=[str(pk) for pk in whose.customers.values_list("pk", flat=True)],
        objects={
            "payment_intent": ids_of(whose.payments, "stripe_payment_intent_id"),
            "invoice": ids_of(whose.invoices, "stripe_invoice_id"),
        },
    )
    return sorted(found | set(paid_by))


def _key(customer: Customer) -> str:
    """Return the key of the customer's next Stripe customer.

    Stripe answers an old key as it did before, and that one is deleted.
    """
    gone = AuditEntry.objects.filter(
        object_type=Customer._meta.label_lower, object_id=str(customer.pk), action=CLEARED
    ).count()
    return f"customer-{customer.pk}" + (f"-{gone}" if gone else "")


def _is_gone(stripe_customer: str) -> bool:
    try:
        return bool(gateway.retrieve("customer", stripe_customer).get("deleted"))
    except GatewayNotFound:
        return True
