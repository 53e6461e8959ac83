"""Which Stripe customer each of ours is. payments calls these."""

from uuid import UUID

from django.db import transaction

from customers.models import Customer, User
from customers.services.profiles import survivor_of
from myhibachi.core import audit

CLEARED = "customer.stripe_id_cleared"


def set_stripe_customer_id(*, customer_id: UUID, stripe_customer_id: str) -> Customer:
    """Note the Stripe customer of one of ours, or of the one it was merged into. The first stays.

    A second, different one is only audited: the payments made under the first still hang on it.

    Raises:
        Customer.DoesNotExist: there is no such customer.
    """
    with transaction.atomic():
        customer = _lock(customer_id)
        known = Customer.objects.filter(stripe_customer_id=stripe_customer_id).exists()
        if customer.stripe_customer_id is None and not known:
            customer.stripe_customer_id = stripe_customer_id
            customer.save(update_fields=["stripe_customer_id", "updated_at"])
            audit.record("customer.stripe_id_set", customer, actor=None, id=stripe_customer_id)
        elif customer.stripe_customer_id != stripe_customer_id:
            audit.record(
                "customer.second_stripe_id",
                customer,
                actor=None,
                kept=customer.stripe_customer_id,
                ignored=stripe_customer_id,
            )
    return customer


def correct_stripe_customer_id(
    *, customer_id: UUID, stripe_customer_id: str, actor: User | None
) -> None:
    """Name the Stripe customer that says it is this one, in place of one that is not there."""
    with transaction.atomic():
        customer = _lock(customer_id)
        before, customer.stripe_customer_id = customer.stripe_customer_id, stripe_customer_id
        customer.save(update_fields=["stripe_customer_id", "updated_at"])
        audit.record(
            "customer.stripe_id_corrected", customer, actor=actor, id=[before, stripe_customer_id]
        )


def clear_stripe_customer_id(*, stripe_customer_id: str) -> None:
    """Forget a Stripe customer that was deleted there: the next payment makes a new one.

    That it was this one stays in the audit log. Clearing it twice changes nothing.
    """
    with transaction.atomic():
        customer = (
            Customer.objects.select_for_update(no_key=True)
            .filter(stripe_customer_id=stripe_customer_id)
            .first()
        )
        if customer:
            customer.stripe_customer_id = None
            customer.save(update_fields=["stripe_customer_id", "updated_at"])
            audit.record(CLEARED, customer, actor=None, id=stripe_customer_id)


def _lock(customer_id: UUID) -> Customer:
    """Return the customer that this one is now, locked until the transaction ends."""
    found = survivor_of(Customer.objects.select_related("merged_into").get(pk=customer_id))
    return Customer.objects.select_for_update(no_key=True).get(pk=found.pk)
