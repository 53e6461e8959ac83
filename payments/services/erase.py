"""Erasing a person on request. The books stay whole: amounts, dates, ids and the ledger."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookings.models import Quote, Status, WaitlistEntry
from bookings.services.waitlist import move
from customers.models import Customer, User
from customers.roles import is_staff_role
from customers.services.profiles import refuse_past
from myhibachi.core import audit
from myhibachi.core.errors import DomainError, InvalidInput, NotAllowed
from payments import gateway, mirror
from payments.errors import GatewayError, GatewayNotFound
from payments.models import Dispute, Invoice, Payment, Refund
from payments.personal import Words
from payments.queries.person import Person, charges_of, events_of, person
from payments.services import erase_rows
from payments.services.locks import lock_people
from payments.services.stripe_customers import stripe_customers_of

PERMISSION = "customers.erase_personal_data"
ERASED = "customer.erased"
AT_STRIPE = "customer.erased_at_stripe"

logger = logging.getLogger(__name__)


class EraseRefused(DomainError):
    """Something with this person is not over yet."""

    code = "erase_refused"


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """What erasing would take the person out of, by table, and what stands in its way."""

    rows: dict[str, int]
    obstacles: list[str]


def preview_erasure(customer: Customer) -> Erasing:
    """Return what `erase_customer` would do to this customer."""
    whose = person(customer.pk)
    rows = {
        str(model._meta.verbose_name_plural): found.count() for model, found in whose.tables.items()
    }
    return Erasing(rows=rows, obstacles=list(_obstacles(whose)))


def erase_customer(*, customer_id: UUID, typed_name: str, actor: User, now: datetime) -> Customer:
    """Take a person out of everything we keep, then ask Stripe to delete them too.

    All of ours is one transaction. Stripe comes after it: should it not answer, the customer
    keeps its Stripe id until `finish_erasures` gets through.

    Locked in the order of those who write: the mirror's copies, then all of theirs, as
    `lock_people` says.

    Args:
        typed_name: the customer's name, as the person at the keyboard typed it.

    Raises:
        Customer.DoesNotExist: there is no such customer.
        NotAllowed: this person may not erase customers.
        NotCurrent: it was erased already, or merged: erase the one it was merged into.
        InvalidInput: another name was typed.
        EraseRefused: a booking, payment, refund, dispute or invoice is not over.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not erase customers.")
    customer = Customer.objects.get(pk=customer_id)
    refuse_past(customer)
    if typed_name.strip().casefold() != str(customer).strip().casefold():
        raise InvalidInput("This is not the customer's name.", attr="typed_name")
    whose = person(customer_id)
    stripe_customers = stripe_customers_of(whose)
    # Looks at every payload there is: before anything is locked.
    events = erase_rows.events_naming(stripe_customers)
    with transaction.atomic(durable=True):
        charges = charges_of(whose)
        copies = mirror.copies_of(stripe_customers, charge_ids=charges)
        words = Words(erase_rows.values_of(whose, copies))
        erase_rows.empty_events(events)
        ids = mirror.erase_customers(stripe_customers, charge_ids=charges, words=words, now=now)
        erase_rows.empty_events(events_of(ids))
        lock_people(list(whose.customers.values_list("pk", flat=True)))
        refuse_past(Customer.objects.get(pk=customer_id))
        if set(person(customer_id).customers) != set(whose.customers):
            raise EraseRefused("Somebody was merged into them at this moment: look again.")
        if obstacles := list(_obstacles(whose)):
            raise EraseRefused(" ".join(obstacles))
        _end_what_waits(whose, actor=actor)
        erase_rows.erase(whose, words=words, object_ids=ids)
        rows = {model._meta.label_lower: n.count() for model, n in whose.tables.items()}
        _note_stripe_customer(customer_id, stripe_customers)
        whose.customers.update(erased_at=now, updated_at=now)
        audit.record(ERASED, customer, actor=actor, rows=rows, stripe=stripe_customers)
    try:
        finish_erasure(customer_id=customer_id, now=now)
    except GatewayError as error:
        logger.warning("Stripe has not deleted customer %s yet: %s", customer_id, error.code)
    customer.refresh_from_db()
    return customer


def finish_erasure(*, customer_id: UUID, now: datetime) -> None:
    """Delete an erased customer at Stripe. Repeating it changes nothing.

    What Stripe told while we erased is erased once more.

    Raises:
        GatewayRejected, GatewayUnavailable: it is still to be done.
    """
    whose = person(customer_id)
    stripe_customers = stripe_customers_of(whose)
    for stripe_customer in stripe_customers:
        try:
            mirror.store(gateway.delete_customer(stripe_customer))
        except GatewayNotFound:
            mirror.store({"id": stripe_customer, "object": "customer", "deleted": True})
    with transaction.atomic():
        ids = mirror.erase_customers(
            stripe_customers, charge_ids=charges_of(whose), words=Words([]), now=now
        )
        erase_rows.empty_events(events_of(ids))
        waiting = whose.customers.filter(stripe_customer_id__isnull=False)
        for customer in waiting.select_for_update(no_key=True):
            audit.record(AT_STRIPE, customer, actor=None, id=customer.stripe_customer_id)
        waiting.update(stripe_customer_id=None)


def finish_erasures(*, now: datetime) -> int:
    """Delete at Stripe whom it has not deleted yet; return how many were asked for."""
    waiting = Customer.objects.filter(erased_at__isnull=False, stripe_customer_id__isnull=False)
    found = {customer.merged_into_id or customer.pk for customer in waiting}
    for customer_id in found:
        try:
            finish_erasure(customer_id=customer_id, now=now)
        except GatewayError as error:
            logger.warning("Stripe has not deleted customer %s yet: %s", customer_id, error.code)
    return len(found)


def _obstacles(whose: Person) -> Iterator[str]:
    """Say what has to be over first, each in a sentence for whoever has to end it."""
    if any(is_staff_role(user) or user.is_superuser for user in whose.users):
        yield "The account belongs to staff: take its role off first."
    bookings = whose.bookings
    for booking in bookings.filter(status__in=(Status.PENDING, Status.CONFIRMED)):
        yield f"Booking {booking.reference} is {booking.status}: it has to be over or canceled."
    for booking in bookings.filter(late_money=True):
        yield f"Booking {booking.reference} holds late money: give it a seat or a refund."
    if count := whose.payments.filter(status__in=Payment.OPEN).count():
        yield f"{_many(count, 'payment is', 'payments are')} still open."
    if count := whose.refunds.filter(
        Q(awaiting_stripe=True)
        | Q(status__in=(Refund.Status.PENDING, Refund.Status.REQUIRES_ACTION))
    ).count():
        yield f"{_many(count, 'refund is', 'refunds are')} under way."
    if count := whose.disputes.exclude(status__in=Dispute.CLOSED).count():
        yield f"{_many(count, 'dispute is', 'disputes are')} not decided."
    if count := whose.invoices.filter(status__in=Invoice.ACTIVE).count():
        yield f"{_many(count, 'invoice is', 'invoices are')} still open."


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _end_what_waits(whose: Person, *, actor: User) -> None:
    """End their quotes and places in line: nobody is there to answer. The caller holds them."""
    for quote in whose.quotes.filter(status=Quote.Status.SENT):
        quote.status = Quote.Status.EXPIRED
        quote.save(update_fields=["status", "updated_at"])
        audit.record("quote.expired", quote, actor=actor)
    for entry in whose.waitlist.filter(status=WaitlistEntry.Status.WAITING):
        move(entry, WaitlistEntry.Status.WITHDRAWN, actor=actor)


def _note_stripe_customer(customer_id: UUID, stripe_customers: list[str]) -> None:
    """Remember that somebody is to be deleted at Stripe, where no row of ours says so any more."""
    customer = Customer.objects.get(pk=customer_id)
    if customer.stripe_customer_id is None:
        named = Customer.objects.filter(stripe_customer_id__in=stripe_customers)
        left = set(stripe_customers) - set(named.values_list("stripe_customer_id", flat=True))
        Customer.objects.filter(pk=customer_id).update(stripe_customer_id=min(left, default=None))
