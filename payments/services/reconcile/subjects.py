"""Looks at one object, or a page of them, in all the places where we have it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from payments import gateway
from payments.errors import GatewayNotFound
from payments.services.reconcile import (
    book_rows,
    causes,
    entries,
    gone,
    invoice_rows,
    mirror_copies,
    own_rows,
    payment_rows,
    refund_rows,
)
from payments.services.reconcile.entries import Expected
from payments.services.reconcile.found import Found, Kind

Json = dict[str, Any]
Rows = Callable[[list[Json]], Iterator[Found]]
Entries = Callable[[Iterable[Json]], Iterator[Expected]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """How objects of one type are compared, and what has to be expanded for it."""

    rows: tuple[Rows, ...] = ()
    entries: Entries = lambda objects: iter(())
    expand: tuple[str, ...] = ()


SUBJECTS = {
    "customer": Subject(rows=(invoice_rows.check_customers,)),
    "payment_intent": Subject(rows=(payment_rows.check_intents, payment_rows.check_unlinked_money)),
    "checkout.session": Subject(rows=(payment_rows.check_sessions,)),
    "charge": Subject(entries=payment_rows.charge_entries, expand=("balance_transaction",)),
    "refund": Subject(rows=(refund_rows.check_refunds,), entries=refund_rows.refund_entries),
    "dispute": Subject(rows=(refund_rows.check_disputes,), entries=refund_rows.dispute_entries),
    "invoice": Subject(rows=(invoice_rows.check_invoices,), expand=("payments",)),
    # Never listed: they come with their charges.
    "balance_transaction": Subject(),
}
COPY = (Kind.MIRROR_EXTRA,)
LISTED = tuple(name for name in SUBJECTS if name != "balance_transaction")


def check_page(object_type: str, objects: list[Json]) -> Iterator[Found]:
    """Compare a page of one type with the mirror, our rows and the ledger."""
    subject = SUBJECTS[object_type]
    inside = [
        found["balance_transaction"]
        for found in objects
        if isinstance(found.get("balance_transaction"), dict)
    ]
    yield from chain(mirror_copies.check(objects), mirror_copies.check(inside))
    for check in subject.rows:
        yield from check(objects)
    yield from entries.check(subject.entries(objects))


def seen_in(object_type: str, objects: list[Json]) -> Iterator[str]:
    """Yield what a page proves to exist: objects' ids, and causes of ledger entries."""
    yield from (found["id"] for found in objects)
    yield from (each.cause for each in SUBJECTS[object_type].entries(objects))


def check_one(object_type: str, object_id: str, *, now: datetime) -> list[Found]:
    """Look at one object, with Stripe's current state of it.

    Raises:
        GatewayUnavailable: Stripe can't be reached.
    """
    if object_type == causes.ENTRY:
        return list(causes.check_cause(object_id))
    if object_type in book_rows.BOOKS:
        return list(book_rows.check_one(object_type, object_id, now=now))
    if object_type == own_rows.BOOKING:
        return list(own_rows.check_booking(UUID(object_id)))
    if object_type in own_rows.MODELS:
        return list(own_rows.check_row(object_type, UUID(object_id), now=now))
    current = retrieve(object_type, object_id)
    if current is None:
        return list(gone.check(object_type, object_id))
    if current.get("deleted"):
        return [each for each in gone.check(object_type, object_id) if each.kind in COPY]
    return list(check_page(object_type, [current]))


def retrieve(object_type: str, object_id: str) -> Json | None:
    """Return Stripe's current object as a page of its list has it; None if there is none."""
    try:
        expand = SUBJECTS[object_type].expand
        return gateway.retrieve(object_type, object_id, expand=expand)
    except GatewayNotFound:
        return None
