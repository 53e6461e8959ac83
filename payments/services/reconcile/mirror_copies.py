"""Compares dj-stripe's copies with Stripe's objects: one query a page."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model

from payments import mirror
from payments.services.reconcile.found import Found, Kind

Json = dict[str, Any]

# What of each object has a meaning for money. Not all of it: Stripe changes some fields without
# an event, and gives others (receipt links) anew with every answer.
FACTS: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("amount", "currency", "fee", "net", "source", "type"),
    "charge": (
        "amount", "amount_captured", "amount_refunded", "balance_transaction", "captured",
        "currency", "customer", "disputed", "paid", "payment_intent", "refunded", "status",
    ),
    "checkout.session": (
        "amount_subtotal", "amount_total", "currency", "customer", "payment_intent",
        "payment_status", "status",
    ),
    "customer": ("email", "name", "phone"),
    "dispute": (
        "amount", "balance_transactions", "charge", "currency", "payment_intent", "reason",
        "status",
    ),
    "invoice": (
        "amount_due", "amount_paid", "amount_remaining", "currency", "customer", "number",
        "status", "subtotal", "total",
    ),
    "payment_intent": (
        "amount", "amount_received", "currency", "customer", "latest_charge", "status",
    ),
    "refund": (
        "amount", "balance_transaction", "charge", "currency", "payment_intent", "status",
    ),
}  # fmt: skip
# dj-stripe's own, and those that are copied whole.
NOT_COLUMNS = ("id", "stripe_data", "livemode", "metadata", "description", "date_purged")


def check(objects: Iterable[Json]) -> Iterator[Found]:
    """Compare objects of one type with their copies."""
    by_id = {found["id"]: found for found in mirror.as_kept(list(objects))}
    if not by_id:
        return
    object_type = next(iter(by_id.values()))["object"]
    copies = mirror.MODELS[object_type].objects.in_bulk(by_id, field_name="id")
    for object_id, found in by_id.items():
        copy = copies.get(object_id)
        if copy is None:
            yield Found(
                kind=Kind.MIRROR_MISSING,
                object_type=object_type,
                object_id=object_id,
                reason="The mirror has no copy of it.",
            )
        elif wrong := [*_wrong_facts(copy, found), *_wrong_columns(copy, found)]:
            yield Found(
                kind=Kind.MIRROR_DIFFERS,
                object_type=object_type,
                object_id=object_id,
                reason=f"In the mirror, {'; '.join(wrong)}.",
            )


def _wrong_facts(copy: Any, found: Json) -> Iterator[str]:
    for name in FACTS[found["object"]]:
        theirs, ours = _plain(found.get(name)), _plain(copy.stripe_data.get(name))
        if theirs != ours:
            yield f"{name} is {ours!r}, at Stripe {theirs!r}"
    if copy.stripe_data.get("deleted") and not found.get("deleted"):
        yield "it is deleted, at Stripe it is not"


def _plain(value: Any) -> Any:
    """Return ids for expanded objects, so that it doesn't matter what was expanded."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _wrong_columns(copy: Model, found: Json) -> Iterator[str]:
    """Compare dj-stripe's columns, which it fills from the object; a link may be left empty."""
    for field in copy._meta.concrete_fields:
        if field.name.startswith("djstripe_") or field.name in NOT_COLUMNS:
            continue
        if field.name not in found or field.primary_key:
            continue
        ours = getattr(copy, field.attname)
        if field.is_relation:
            theirs = _plain(found[field.name])
            differs = ours is not None and ours != theirs
        else:
            to_db = getattr(field, "stripe_to_db", None)
            theirs = to_db(found) if to_db else found[field.name]
            differs = (ours or None) != (theirs or None)
        if differs:
            yield f"column {field.name} is {ours!r}, at Stripe {theirs!r}"
