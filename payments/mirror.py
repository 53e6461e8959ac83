"""dj-stripe's copy of Stripe's objects. The only file that writes dj-stripe's tables.

Payload first: an event newer than what was last applied to its object is copied as it is, with no
call to Stripe; an older one is left out, so that the copy never goes backwards. dj-stripe itself
has no API key here, so it can't call Stripe, and none is ever stored.
"""

import copy
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from djstripe import models as djstripe
from djstripe.models.base import StripeModel
from djstripe.signals import WEBHOOK_SIGNALS

from payments import gateway, personal
from payments.errors import GatewayNotFound
from payments.models import MirrorWatermark

Json = dict[str, Any]

MODELS: dict[str, type[StripeModel]] = {
    "balance_transaction": djstripe.BalanceTransaction,
    "charge": djstripe.Charge,
    "checkout.session": djstripe.Session,
    "customer": djstripe.Customer,
    "dispute": djstripe.Dispute,
    "invoice": djstripe.Invoice,
    "payment_intent": djstripe.PaymentIntent,
    "payment_method": djstripe.PaymentMethod,
    "payout": djstripe.Payout,
    "price": djstripe.Price,
    "product": djstripe.Product,
    "refund": djstripe.Refund,
    "subscription": djstripe.Subscription,
}
_TYPES = {model: name for name, model in MODELS.items()}


def install() -> None:
    """Take off dj-stripe's parts that call Stripe or store its key. Called once, at start-up."""
    # It would call GET /v1/account and save the secret key in plain text beside the answer.
    StripeModel._find_owner_account = classmethod(_no_owner_account)
    from djstripe import event_handlers

    built_in = [
        handler for name, handler in vars(event_handlers).items() if name.startswith("handle_")
    ]
    for signal in WEBHOOK_SIGNALS.values():
        for handler in built_in:
            signal.disconnect(handler, sender=djstripe.Event)


def _no_owner_account(cls: type, /, data: Json, **_: object) -> None:
    """Say that there is none."""


def fetch_missing(payload: Json, *, seen: frozenset[str] = frozenset()) -> None:
    """Retrieve what `payload` points to and we have never seen. Calls Stripe: no transaction.

    Raises:
        GatewayUnavailable: try again later.
    """
    if payload.get("object") not in MODELS or payload.get("deleted"):
        return
    seen = seen | {payload["id"]}
    for _field, model, target_id in _links(payload):
        if model not in _TYPES or target_id in seen or model.objects.filter(id=target_id).exists():
            continue
        try:
            target = gateway.retrieve(_TYPES[model], target_id)
        except GatewayNotFound:
            continue
        fetch_missing(target, seen=seen)
        with transaction.atomic():
            lock_object(target_id)
            if not model.objects.filter(id=target_id).exists():
                _write(target)


def apply(payload: Json, *, event_id: str, as_of: datetime) -> bool:
    """Copy an event's object, unless a newer event was copied already.

    The caller holds `lock_object`.

    Args:
        as_of: when Stripe made the event.

    Returns:
        whether it was copied.
    """
    if payload.get("object") not in MODELS or "id" not in payload:
        return False
    mark = MirrorWatermark.objects.filter(object_id=payload["id"]).first()
    if mark and mark.as_of > as_of:
        return False
    _write(payload)
    MirrorWatermark.objects.update_or_create(
        object_id=payload["id"], defaults={"as_of": as_of, "event_id": event_id}
    )
    return True


def is_tied(payload: Json, *, event_id: str, as_of: datetime) -> bool:
    """Whether another event of the same second was applied: only Stripe knows which is newer."""
    return (
        MirrorWatermark.objects.filter(object_id=payload.get("id", ""), as_of=as_of)
        .exclude(event_id=event_id)
        .exists()
    )


def store(payload: Json) -> None:
    """Copy an object that Stripe has just answered with."""
    fetch_missing(payload)
    with transaction.atomic():
        lock_object(payload["id"])
        _write(payload)


def stored(payload: Json) -> Json | None:
    """Return the copy we have of this object, None if there is none."""
    model = MODELS[payload["object"]]
    found: Json | None = (
        model.objects.filter(id=payload["id"]).values_list("stripe_data", flat=True).first()
    )
    return found


def store_event(event: Json) -> djstripe.Event:
    """Copy the event itself and return it; its signal is what our handlers listen to."""
    [kept] = as_kept([event["data"]["object"]])
    if kept is not event["data"]["object"]:
        event = personal.without_personal(event)
    request = event.get("request") or {}
    record = djstripe.Event._stripe_object_to_record(copy.deepcopy(event), api_key="")
    record |= {
        "api_version": event.get("api_version") or "",
        "request_id": request.get("id") or "",
        "idempotency_key": request.get("idempotency_key") or "",
    }
    stored, _ = djstripe.Event.objects.update_or_create(id=event["id"], defaults=record)
    return stored


def forget_events(event_ids: list[str]) -> None:
    """Empty the copies of these events; their ids and types stay."""
    djstripe.Event.objects.filter(id__in=event_ids).update(data={}, stripe_data={})


def customers_of(*, customer_ids: list[str], objects: dict[str, list[str]]) -> list[str]:
    """Return the ids of the Stripe customers that are one of these customers of ours.

    Those that say so themselves, and those under which these objects of theirs were made.

    Args:
        customer_ids: our own ids, as the Stripe customers' metadata has them.
        objects: Stripe ids by type, of types that have a customer.
    """
    named = djstripe.Customer.objects.filter(stripe_data__metadata__customer_id__in=customer_ids)
    found = set(named.values_list("id", flat=True))
    for object_type, ids in objects.items():
        rows = MODELS[object_type].objects.filter(id__in=ids, customer__isnull=False)
        found.update(rows.values_list("customer_id", flat=True))
    return sorted(found)


def copies_of(stripe_customer_ids: list[str], *, charge_ids: list[str]) -> list[StripeModel]:
    """Return every copy of what these Stripe customers have, and of themselves.

    Args:
        charge_ids: charges of theirs, which we may have no copy of.
    """
    found: list[StripeModel] = []
    for model, theirs in _belonging(stripe_customer_ids, charge_ids).items():
        found += model.objects.filter(theirs).order_by("djstripe_id")
    return found


def erase_customers(
    stripe_customer_ids: list[str],
    *,
    charge_ids: list[str],
    words: personal.Words,
    now: datetime,
) -> list[str]:
    """Take the person out of the copies of these Stripe customers and of all they have.

    From here on `as_kept` does so with whatever Stripe says of them. The caller holds no booking:
    an event's worker locks its copy before the booking.

    Args:
        charge_ids: as for `copies_of`.

    Returns:
        the ids of the copies.
    """
    erased = []
    for model, theirs in _belonging(stripe_customer_ids, charge_ids).items():
        # No row that points here is held off: see `_write`.
        rows = model.objects.select_for_update(no_key=True, of=("self",)).filter(theirs)
        for row in rows.order_by("djstripe_id"):
            for name in ("stripe_data", "metadata"):
                setattr(row, name, words.out_of(personal.without_personal(getattr(row, name))))
            if isinstance(row, djstripe.Customer):
                row.email, row.date_purged = "", now
            row.save()
            erased.append(row.id)
    return erased


def as_kept(payloads: list[Json]) -> list[Json]:
    """Return Stripe's objects as we may keep them: without the person, where one was erased."""
    theirs = _customers_of(payloads)
    erased = set(
        djstripe.Customer.objects.filter(
            id__in=set(filter(None, theirs)), date_purged__isnull=False
        ).values_list("id", flat=True)
    )
    return [
        personal.without_personal(payload) if customer in erased else payload
        for payload, customer in zip(payloads, theirs, strict=True)
    ]


def is_erased(payload: Json) -> bool:
    """Whether an object is one of a person whose data was erased."""
    return as_kept([payload])[0] is not payload


def _belonging(stripe_customer_ids: list[str], charge_ids: list[str]) -> dict[type[StripeModel], Q]:
    """Return, for each table, which copies hang on these Stripe customers."""
    theirs, charged = (
        Q(customer__in=stripe_customer_ids),
        Q(charge__customer__in=stripe_customer_ids),
    )
    found: dict[type[StripeModel], Q] = {
        djstripe.Customer: Q(id__in=stripe_customer_ids),
        djstripe.Refund: charged,
        djstripe.Dispute: charged,
        djstripe.BalanceTransaction: Q(source__in=charge_ids)
        | Q(id__in=djstripe.Charge.objects.filter(theirs).values("balance_transaction_id"))
        | Q(id__in=djstripe.Refund.objects.filter(charged).values("balance_transaction_id")),
    }
    for model in MODELS.values():
        if any(field.name == "customer" for field in model._meta.concrete_fields):
            found[model] = theirs
    return found


def _customers_of(payloads: list[Json]) -> list[str | None]:
    """Return the Stripe customer that each object is, or hangs on, as far as we know."""
    charges = [_id_of(payload.get("charge")) or _source(payload) for payload in payloads]
    charged = djstripe.Charge.objects.filter(id__in=set(filter(None, charges)))
    refunded = djstripe.Refund.objects.filter(id__in=set(filter(None, map(_source, payloads))))
    known = dict(charged.values_list("id", "customer_id"))
    known |= dict(refunded.values_list("id", "charge__customer_id"))
    return [
        _id_of(payload.get("id" if payload.get("object") == "customer" else "customer"))
        or known.get(charge)
        for payload, charge in zip(payloads, charges, strict=True)
    ]


def _source(payload: Json) -> str | None:
    """Return what a balance transaction is about: a charge or a refund."""
    is_one = payload.get("object") == "balance_transaction"
    return _id_of(payload.get("source")) if is_one else None


def _id_of(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def lock_object(object_id: str) -> None:
    """Hold other workers off this Stripe object until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [object_id])


def _write(payload: Json) -> None:
    """Let dj-stripe turn the payload into its columns, and save the row without its hooks.

    The hooks of `sync_from_stripe_data` page through nested lists by calling Stripe.
    """
    model = MODELS[payload["object"]]
    [payload] = as_kept([payload])
    # Who holds it can pay: https://docs.stripe.com/api/payment_intents/object
    payload = {name: value for name, value in payload.items() if name != "client_secret"}
    if payload.get("deleted"):
        # Money rows hang on it by CASCADE, so it stays, marked.
        model.objects.filter(id=payload["id"]).update(stripe_data=payload)
        return
    followed = copy.deepcopy(payload)
    for name, target, target_id in _links(payload):
        if target in _TYPES and target.objects.filter(id=target_id).exists():
            followed[name] = target_id
        else:
            followed.pop(name, None)
    record = model._stripe_object_to_record(followed, api_key="") | {"stripe_data": payload}
    # Not update_or_create: its FOR UPDATE holds off the commit of whatever points here, which may
    # hold the booking that our caller waits for.
    row = model.objects.filter(id=payload["id"]).first() or model(id=payload["id"])
    for name, value in record.items():
        setattr(row, name, value)
    row.save()


def _links(payload: Json) -> Iterator[tuple[str, type[StripeModel], str]]:
    """Yield `(field, model, id)` for each link of `payload` that dj-stripe has a column for."""
    for field in MODELS[payload["object"]]._meta.get_fields():
        value = payload.get(field.name)
        if field.many_to_one and value:
            yield field.name, field.related_model, value if isinstance(value, str) else value["id"]
