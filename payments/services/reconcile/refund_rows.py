"""Our refunds and disputes beside Stripe's."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from payments.models import Dispute, LedgerEntry, Payment, Refund
from payments.services.reconcile.entries import Expected
from payments.services.reconcile.facts import Facts, row_differs, row_missing
from payments.services.reconcile.found import Found
from payments.services.reconcile.payment_rows import payments_of
from payments.services.stripe_refunds import CAME_BACK

Json = dict[str, Any]
Money = LedgerEntry.Kind


def check_refunds(stripe_refunds: list[Json]) -> Iterator[Found]:
    """Compare a page of Refunds with our rows."""
    payments = payments_of(stripe_refunds)
    ids = [found["id"] for found in stripe_refunds]
    known = Refund.objects.select_related("payment").filter(stripe_refund_id__in=ids)
    rows = {row.stripe_refund_id: row for row in known}
    for found in stripe_refunds:
        payment, row = payments.get(found["payment_intent"]), rows.get(found["id"])
        if payment and row:
            yield from row_differs(row, facts_of_refund(payment, found), found)
        elif payment:
            reason = "Stripe refunded it, and no refund of ours is it."
            yield row_missing(found, reason=reason, booking_id=payment.booking_id)


def facts_of_refund(payment: Payment, stripe_refund: Json) -> Facts:
    """Return what our row must say of this Refund."""
    return {
        "payment_id": payment.pk,
        "amount": stripe_refund["amount"],
        "currency": stripe_refund["currency"],
        "status": stripe_refund["status"],
    }


def refund_entries(stripe_refunds: Iterable[Json]) -> Iterator[Expected]:
    """Yield the entries that Refunds of our payments must have caused."""
    found = list(stripe_refunds)
    payments = payments_of(found)
    for each in found:
        payment = payments.get(each["payment_intent"])
        if payment is None or each["status"] == Refund.Status.REQUIRES_ACTION:
            continue
        about: Json = {"payment": payment, "object_type": "refund", "object_id": each["id"]}
        cause, amount = each["id"], each["amount"]
        yield Expected(cause=f"refund:{cause}", kind=Money.REFUND, amount=-amount, **about)
        if each["status"] in CAME_BACK:
            kind = Money.REFUND_REVERSAL
            yield Expected(cause=f"refund_reversal:{cause}", kind=kind, amount=amount, **about)


def check_disputes(stripe_disputes: list[Json]) -> Iterator[Found]:
    """Compare a page of Disputes with our rows."""
    payments = payments_of(stripe_disputes)
    ids = [found["id"] for found in stripe_disputes]
    known = Dispute.objects.select_related("payment").filter(stripe_dispute_id__in=ids)
    rows = {row.stripe_dispute_id: row for row in known}
    for found in stripe_disputes:
        payment, row = payments.get(found["payment_intent"]), rows.get(found["id"])
        if payment and row:
            yield from row_differs(row, facts_of_dispute(payment, found), found)
        elif payment:
            reason = "Stripe has this dispute of a payment of ours, and we do not."
            yield row_missing(found, reason=reason, booking_id=payment.booking_id)


def facts_of_dispute(payment: Payment, stripe_dispute: Json) -> Facts:
    """Return what our row must say of this Dispute."""
    return {
        "payment_id": payment.pk,
        "amount": stripe_dispute["amount"],
        "currency": stripe_dispute["currency"],
        "reason": stripe_dispute["reason"],
        "status": stripe_dispute["status"],
        "opened_at": datetime.fromtimestamp(stripe_dispute["created"], tz=UTC),
    }


def dispute_entries(stripe_disputes: Iterable[Json]) -> Iterator[Expected]:
    """Yield the entries that Disputes of our payments must have caused."""
    found = list(stripe_disputes)
    payments = payments_of(found)
    for each in found:
        payment = payments.get(each["payment_intent"])
        if payment is None:
            continue
        about: Json = {"payment": payment, "object_type": "dispute", "object_id": each["id"]}
        for moved in each["balance_transactions"] or []:
            amount, fee, cause = moved["amount"], moved["fee"], moved["id"]
            kind = Money.DISPUTE_WITHDRAWN if amount < 0 else Money.DISPUTE_REINSTATED
            if amount:
                yield Expected(cause=f"dispute:{cause}", kind=kind, amount=amount, **about)
            if fee:
                yield Expected(cause=f"dispute_fee:{cause}", kind=Money.FEE, amount=-fee, **about)
