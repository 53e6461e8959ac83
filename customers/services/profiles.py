"""Customers: whom we cook for, with or without an account."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from customers.models import Customer, User
from myhibachi.core import audit


def customer_for(user: User) -> Customer:
    """Return the customer of an account, made on first use; safe to race."""
    customer, _ = Customer.objects.get_or_create(
        user=user, defaults={"name": user.name, "email": user.email}
    )
    return customer


def customer_for_contact(
    *, name: str, email: str = "", phone: str = "", actor: User | None = None
) -> Customer:
    """Return the customer staff mean by these contact details, made if there is none.

    The email decides; without one it is always a new customer. An account counts only once its
    email is verified: anyone may register with somebody else's, and must not see their booking.
    """
    known = Customer.objects.filter(
        Q(user__isnull=True) | Q(user__email_verified_at__isnull=False), email=email
    ).order_by(F("user").asc(nulls_last=True), "created_at")
    customer = known.first() if email else None
    return customer or add_contact(name=name, email=email, phone=phone, actor=actor)


def add_contact(*, name: str, email: str, phone: str, actor: User | None) -> Customer:
    """Write down a new customer without an account."""
    with transaction.atomic():
        customer = Customer.objects.create(name=name, email=email, phone=phone)
        audit.record("customer.created", customer, actor=actor)
    return customer


def change_contact(
    *, customer_id: UUID, name: str, email: str, phone: str, actor: User
) -> Customer:
    """Correct how a customer is reached.

    Raises:
        Customer.DoesNotExist: there is no such customer.
    """
    wanted = {"name": name, "email": email, "phone": phone}
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        before = {field: getattr(customer, field) for field in wanted}
        for field, value in wanted.items():
            setattr(customer, field, value)
        customer.save(update_fields=[*wanted, "updated_at"])
        changes: dict[str, Any] = {
            f: [before[f], wanted[f]] for f in wanted if before[f] != wanted[f]
        }
        audit.record("customer.changed", customer, actor=actor, **changes)
    return customer


def set_stripe_customer_id(*, customer_id: UUID, stripe_customer_id: str) -> Customer:
    """Note the Stripe customer of one of ours. The first id stays.

    A second, different one is only audited: the payments made under the first still hang on it.

    Raises:
        Customer.DoesNotExist: there is no such customer.
    """
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        if customer.stripe_customer_id is None:
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
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        before, customer.stripe_customer_id = customer.stripe_customer_id, stripe_customer_id
        customer.save(update_fields=["stripe_customer_id", "updated_at"])
        audit.record(
            "customer.stripe_id_corrected", customer, actor=actor, id=[before, stripe_customer_id]
        )
