"""Customers: whom we cook for, with or without an account."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from customers.errors import NotCurrent
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
    Who was merged or erased is nobody any more.
    """
    known = (
        Customer.objects.current()
        .filter(Q(user__isnull=True) | Q(user__email_verified_at__isnull=False), email=email)
        .order_by(F("user").asc(nulls_last=True), "created_at")
    )
    customer = known.first() if email else None
    return customer or add_contact(name=name, email=email, phone=phone, actor=actor)


def add_contact(*, name: str, email: str, phone: str, actor: User | None) -> Customer:
    """Write down a new customer without an account."""
    with transaction.atomic():
        customer = Customer.objects.create(name=name, email=email, phone=phone)
        audit.record("customer.created", customer, actor=actor)
    return customer


def change_contact(
    *,
    customer_id: UUID,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    actor: User,
) -> Customer:
    """Correct how a customer is reached; what is None stays.

    Raises:
        Customer.DoesNotExist: there is no such customer.
        NotCurrent: it was merged into another one, or erased.
    """
    given = {"name": name, "email": email, "phone": phone}
    wanted = {field: value for field, value in given.items() if value is not None}
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
        refuse_past(customer)
        before = {field: getattr(customer, field) for field in wanted}
        for field, value in wanted.items():
            setattr(customer, field, value)
        customer.save(update_fields=[*wanted, "updated_at"])
        changes: dict[str, Any] = {
            f: [before[f], wanted[f]] for f in wanted if before[f] != wanted[f]
        }
        audit.record("customer.changed", customer, actor=actor, **changes)
    return customer


def change_own_contact(
    *, user: User, name: str | None = None, phone: str | None = None
) -> Customer:
    """Let somebody correct their own name and phone; their account bears the same name.

    Raises:
        NotCurrent: they have been erased.
    """
    with transaction.atomic():
        customer = change_contact(
            customer_id=customer_for(user).pk, name=name, phone=phone, actor=user
        )
        if name is not None and user.name != name:
            user.name = name
            user.save(update_fields=["name"])
    return customer


def refuse_past(customer: Customer) -> None:
    """Refuse what can't be done to a customer that is nobody any more.

    Raises:
        NotCurrent: it was merged into another one, or erased.
    """
    if customer.erased_at:
        raise NotCurrent("This customer's personal data was erased.")
    if customer.merged_into_id:
        raise NotCurrent("This customer was merged into another one: change that one.")


def survivor_of(customer: Customer) -> Customer:
    """Return the entry that a person has now: this one, or the one it was merged into."""
    return customer.merged_into or customer
