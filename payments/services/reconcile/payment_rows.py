"""Our payments beside Stripe's PaymentIntents, Charges and Checkout Sessions."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from myhibachi.core.ids import as_uuid
from payments import mirror
from payments.models import LedgerEntry, Payment
from payments.services.intents import STATUS_OF_INTENT
from payments.services.reconcile.entries import Expected
from payments.services.reconcile.facts import Facts, row_differs
from payments.services.reconcile.found import Found, Kind

Json = dict[str, Any]
Money = LedgerEntry.Kind
Status = Payment.Status
Surface = Payment.Surface


def check_intents(intents: list[Json]) -> Iterator[Found]:
    """Compare a page of PaymentIntents with the payments that are theirs."""
    payments = _payments("stripe_payment_intent_id", intents)
    for intent in intents:
        payment = payments.get(intent["id"])
        if payment:
            yield from row_differs(payment, facts_of_intent(payment, intent), intent)


def facts_of_intent(payment: Payment, intent: Json) -> Facts:
    """Return what our row must say of this intent."""
    error = intent.get("last_payment_error")
    status = STATUS_OF_INTENT.get(intent["status"], Status.FAILED if error else Status.PENDING)
    facts: Facts = {"stripe_payment_intent_id": intent["id"], "currency": intent["currency"]}
    # One that waits for a card may have failed with others before; a canceled Session's intent
    # just stays.
    waits = status == Status.PENDING and payment.status in Payment.OPEN
    given_up = payment.status == Status.CANCELED and payment.surface == Surface.CHECKOUT
    if status == Status.SUCCEEDED or not (waits or given_up):
        facts["status"] = status
    if payment.surface == Surface.ELEMENTS:
        facts["amount"] = intent["amount"]
    if status == Status.SUCCEEDED:
        charge = intent["latest_charge"]
        facts["stripe_charge_id"] = charge if isinstance(charge, str) else charge["id"]
    return facts


def succeeded_at(payment: Payment, stripe_object: Json) -> datetime | None:
    """Return the moment that goes with the payment's status."""
    if payment.status != Status.SUCCEEDED:
        return None
    if payment.succeeded_at:
        return payment.succeeded_at
    charge = stripe_object["latest_charge"]
    at = charge["created"] if isinstance(charge, dict) else stripe_object["created"]
    return datetime.fromtimestamp(at, tz=UTC)


def charge_entries(charges: Iterable[Json]) -> Iterator[Expected]:
    """Yield the entries that charges for our payments must have caused: the money and its fee."""
    taken = [found for found in charges if found["status"] == "succeeded" and found["captured"]]
    payments = payments_of(taken)
    for charge in taken:
        payment = payments.get(charge["payment_intent"])
        if payment is None:
            continue
        about: Json = {"payment": payment, "object_type": "charge", "object_id": charge["id"]}
        yield Expected(
            cause=f"charge:{charge['id']}",
            kind=Money.CHARGE,
            amount=charge["amount_captured"],
            **about,
        )
        cost = charge["balance_transaction"]
        if cost and cost["fee"]:
            yield Expected(cause=f"fee:{cost['id']}", kind=Money.FEE, amount=-cost["fee"], **about)


def check_sessions(sessions: list[Json]) -> Iterator[Found]:
    """Compare a page of Checkout Sessions with the payments that are theirs."""
    payments = _payments("stripe_checkout_session_id", sessions)
    for session in sessions:
        payment = payments.get(session["id"])
        if payment:
            yield from row_differs(payment, facts_of_session(payment, session), session)


def facts_of_session(payment: Payment, session: Json) -> Facts:
    """Return what our row must say of this Session. Tax comes on top of our amount."""
    facts: Facts = {
        "stripe_checkout_session_id": session["id"],
        "amount": session["amount_subtotal"],
        "currency": session["currency"],
    }
    if session["payment_status"] == "paid":
        facts["tax"] = session["total_details"]["amount_tax"]
    if session["payment_intent"]:
        facts["stripe_payment_intent_id"] = session["payment_intent"]
    if session["status"] == "expired" and payment.status in Payment.OPEN:
        facts["status"] = Status.CANCELED
    return facts


def payments_of(objects: Iterable[Json]) -> dict[str, Payment]:
    """Return the payments that Charges, Refunds or Disputes belong to, by their intent's id."""
    ids = {found["payment_intent"] for found in objects if found.get("payment_intent")}
    known = Payment.objects.filter(stripe_payment_intent_id__in=ids)
    return {str(payment.stripe_payment_intent_id): payment for payment in known}


def find_payment(field: str, stripe_object: Json) -> Payment | None:
    """Return the payment that an intent or a Session belongs to."""
    return _payments(field, [stripe_object]).get(stripe_object["id"])


def _payments(field: str, objects: list[Json]) -> dict[str, Payment]:
    """Return payments by the id of their object: those that name it, else those that it names.

    One that names another object, of which the mirror knows, is that one's.
    """
    named = {found["id"]: _named(found) for found in objects}
    rows = Payment.objects.filter(Q(**{f"{field}__in": named}) | Q(pk__in=named.values()))
    by_id = {getattr(row, field): row for row in rows}
    by_pk = {row.pk: row for row in rows}
    others = {other for row in rows if (other := getattr(row, field)) and other not in named}
    model = mirror.MODELS[objects[0]["object"]]
    elsewhere = set(model.objects.filter(id__in=others).values_list("id", flat=True))
    for object_id, pk in named.items():
        row = by_pk.get(pk)
        if object_id in by_id or row is None:
            continue
        other = getattr(row, field)
        if other not in elsewhere and other not in named:
            by_id[object_id] = row
    return by_id


def _named(stripe_object: Json) -> UUID:
    return as_uuid((stripe_object.get("metadata") or {}).get("payment_id"))


def check_unlinked_money(intents: list[Json]) -> Iterator[Found]:
    """Find money that names a payment of ours which was paid by another intent."""
    payments = _payments("stripe_payment_intent_id", intents)
    orphans = [
        intent
        for intent in intents
        if intent["status"] == "succeeded" and intent["id"] not in payments
    ]
    ours = Payment.objects.in_bulk([_named(intent) for intent in orphans])
    for intent in orphans:
        payment = ours.get(_named(intent))
        if payment:
            yield Found(
                kind=Kind.ROW_MISSING,
                object_type="payment_intent",
                object_id=intent["id"],
                booking_id=payment.booking_id,
                reason=f"Stripe took {intent['amount_received']} cents for payment {payment.pk}, "
                f"which was taken by {payment.stripe_payment_intent_id} already.",
                by_hand="refund one of the two in Stripe's dashboard.",
            )
