"""Our invoices and customers beside Stripe's."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from customers.models import Customer
from customers.services.profiles import survivor_of
from myhibachi.core.ids import as_uuid
from payments import mirror
from payments.models import Invoice, Payment
from payments.services.reconcile.facts import Facts, row_differs, row_missing
from payments.services.reconcile.found import Found
from payments.services.tax import tax_in

Json = dict[str, Any]
Status = Invoice.Status


def check_invoices(stripe_invoices: list[Json]) -> Iterator[Found]:
    """Compare a page of Invoices with our rows, and what they were paid with, with our payments."""
    named = {found["id"]: _named(found, "invoice_id") for found in stripe_invoices}
    by_id = {
        row.stripe_invoice_id: row for row in Invoice.objects.filter(stripe_invoice_id__in=named)
    }
    unclaimed = Invoice.objects.filter(stripe_invoice_id__isnull=True)
    by_pk = unclaimed.in_bulk(list(named.values()))
    paid_with = {intent for found in stripe_invoices for intent in _paid_with(found)}
    payments = Payment.objects.filter(stripe_payment_intent_id__in=paid_with)
    booked = {payment.stripe_payment_intent_id: payment for payment in payments}
    for found in stripe_invoices:
        row = by_id.get(found["id"]) or by_pk.get(named[found["id"]])
        if row is None:
            continue
        yield from row_differs(row, facts_of_invoice(row, found), found)
        for intent, received in _paid_with(found).items():
            if intent not in booked:
                reason = f"It was paid with {intent}, and no payment of ours is it."
                yield row_missing(found, reason=reason, booking_id=row.booking_id)
            else:
                yield from row_differs(booked[intent], facts_of_paid(found, received), found)


def facts_of_invoice(invoice: Invoice, stripe_invoice: Json) -> Facts:
    """Return what our row must say of this Invoice. Tax comes on top of our amount."""
    facts: Facts = {"stripe_invoice_id": stripe_invoice["id"]}
    is_draft = stripe_invoice["status"] == Status.DRAFT
    # A draft that we gave up asks nobody for money.
    if not (is_draft and invoice.status == Status.VOID):
        facts["status"] = stripe_invoice["status"]
    if not is_draft:
        facts["amount"] = stripe_invoice["subtotal"]
        facts["currency"] = stripe_invoice["currency"]
        facts["number"] = stripe_invoice["number"] or ""
    return facts


def facts_of_paid(stripe_invoice: Json, received: int) -> Facts:
    """Return what the row of a payment must say that paid so many cents of this Invoice."""
    tax = tax_in(stripe_invoice, received)
    return {"amount": received - tax, "tax": tax}


def payments_of(stripe_invoice: Json) -> list[tuple[Payment, int]]:
    """Return our payments that paid this Invoice, and the cents that each took."""
    received = _paid_with(stripe_invoice)
    known = Payment.objects.filter(stripe_payment_intent_id__in=received)
    return [(payment, received[payment.stripe_payment_intent_id or ""]) for payment in known]


def _paid_with(stripe_invoice: Json) -> dict[str, int]:
    """Return the cents that each PaymentIntent paid of it."""
    found = {}
    for paid in (stripe_invoice.get("payments") or {}).get("data", []):
        intent = paid["payment"].get("payment_intent")
        if paid["status"] == "paid" and intent:
            found[intent if isinstance(intent, str) else intent["id"]] = paid["amount_paid"]
    return found


def _named(stripe_object: Json, key: str) -> UUID:
    return as_uuid((stripe_object.get("metadata") or {}).get(key))


def check_customers(stripe_customers: list[Json]) -> Iterator[Found]:
    """Compare a page of Customers with ours that they name.

    A second Stripe customer of one of ours is fine: the payments made under it hang on it.
    """
    named = {found["id"]: named_customer(found) for found in stripe_customers}
    known = Customer.objects.select_related("merged_into").in_bulk(list(named.values()))
    rows = {pk: survivor_of(row) for pk, row in known.items()}
    noted = {row.stripe_customer_id for row in rows.values()}
    real = set(
        mirror.MODELS["customer"].objects.filter(id__in=noted).values_list("id", flat=True)
    ) | set(named)
    for found in stripe_customers:
        row = rows.get(named[found["id"]])
        if row and row.stripe_customer_id not in real:
            yield from row_differs(row, facts_of_customer(found), found)


def facts_of_customer(stripe_customer: Json) -> Facts:
    """Return what our row must say of this Customer."""
    return {"stripe_customer_id": stripe_customer["id"]}


def named_customer(stripe_customer: Json) -> UUID:
    """Return which of our customers a Stripe customer says it is."""
    return _named(stripe_customer, "customer_id")
