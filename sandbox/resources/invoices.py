"""Invoices: the calls; how one is collected is in ``sandbox.billing``."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import (
    billing,
    discounts,
    errors,
    expand,
    ids,
    invoice_lines,
    invoice_rules,
    lists,
    orders,
    shape,
)
from sandbox.api import Call, merge, route
from sandbox.pages.control import action
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body, Store

URL = "/v1/invoices"
ZERO = (
    *("amount_due", "amount_overpaid", "amount_paid", "amount_paid_off_stripe"),
    *("amount_remaining", "amount_shipping", "attempt_count", "starting_balance"),
    *("post_payment_credit_notes_amount", "pre_payment_credit_notes_amount"),
    *("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"),
)
COMPUTED = ("days_until_due", "default_tax_rates", "discounts", "pending_invoice_items_behavior")


def new(call: Call, params: Params, *, reason: str = "manual") -> Body:
    """Create a draft from the create call's parameters; it has no lines yet and no event."""
    if "customer" not in params:
        raise errors.missing("customer")
    customer = call.need("customer", params["customer"], param="customer")
    invoice_rules.check_due(params, params.get("collection_method", "charge_automatically"))
    id_ = ids.new("in")
    body = shape.complete(stripe.Invoice, _body(customer, id_, reason))
    merge(body, {k: v for k, v in params.items() if k not in COMPUTED})
    body["currency"] = str(params.get("currency") or customer["currency"] or "usd").lower()
    body |= {"_own_lines": [], "_days": params.get("days_until_due")}
    body["due_date"] = _due(params) or body["due_date"]
    body["_default_rates"] = _rates(call, params)
    body["discounts"] = discounts.give(call, params.get("discounts"), invoice=id_)
    if body["auto_advance"]:
        body["automatically_finalizes_at"] = ids.now() + 3600
        call.later(3600, "invoice.advance", id_)
    return shape.complete(stripe.Invoice, body)


def _due(params: Params) -> int | None:
    days = params.get("days_until_due")
    return None if days is None else ids.now() + days * billing.DAY


def _rates(call: Call, params: Params) -> list[Any]:
    return orders.rates(call, params.get("default_tax_rates") or [], "default_tax_rates")


def _body(customer: Body, id_: str, reason: str) -> dict[str, Any]:
    return {
        "id": id_,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Local Stripe",
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {"enabled": False},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": ids.now(),
        "currency": "usd",
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": lists.as_list([], f"{URL}/{id_}/lines"),
        "livemode": False,
        "metadata": {},
        "payment_settings": {},
        "period_end": ids.now(),
        "period_start": ids.now(),
        "status": "draft",
        "status_transitions": {},
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        **dict.fromkeys(ZERO, 0),
    }


@route("POST", URL, sdk.InvoiceCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create a draft; pending items join it only when ``include`` is asked for."""
    body = new(call, params)
    invoice_rules.check_location(call.need("customer", body["customer"]), params)
    if params.get("pending_invoice_items_behavior") == "include":
        pending = call.store.find("invoiceitem", customer=body["customer"])
        for item in pending:
            if item["invoice"] is None and item["currency"] == body["currency"]:
                call.store.save(item | {"invoice": body["id"]})
    invoice_lines.add_up(call, body)
    return call.create(body, "invoice.created")


@route("GET", URL, sdk.InvoiceListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer, status, collection method, due date or subscription."""
    where = {n: params.get(n) for n in ("customer", "status", "collection_method", "due_date")}
    where["parent__subscription_details__subscription"] = params.get("subscription")
    return call.page("invoice", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("invoice", id_)


@route("POST", URL + "/<id_>", sdk.InvoiceUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change a draft; of a final invoice only what is no part of it."""
    body = call.need("invoice", id_)
    invoice_rules.check_change(body, params)
    if "collection_method" in params and not body["due_date"]:
        invoice_rules.check_due(params, params["collection_method"])
    with call.changing(body, "invoice.updated"):
        merge(body, {k: v for k, v in params.items() if k not in COMPUTED})
        if "days_until_due" in params:
            body |= {"_days": params["days_until_due"], "due_date": _due(params)}
        if "default_tax_rates" in params:
            body["_default_rates"] = _rates(call, params)
        if "discounts" in params:
            body["discounts"] = discounts.give(call, params["discounts"], invoice=id_)
        if body["status"] == "draft":
            invoice_lines.add_up(call, body)
        body.update(shape.complete(stripe.Invoice, body))
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete a draft; its items wait for another invoice."""
    body = call.need("invoice", id_)
    invoice_rules.check_status(body, "delete", "draft")
    for item in call.store.find("invoiceitem", invoice=id_):
        call.store.save(item | {"invoice": None})
    return call.delete(body, "invoice.deleted")


@route("POST", URL + "/<id_>/finalize", sdk.InvoiceFinalizeInvoiceParams)
def finalize(call: Call, params: Params, id_: str) -> Body:
    """Finalize a draft."""
    body = call.need("invoice", id_)
    body["auto_advance"] = params.get("auto_advance", body["auto_advance"])
    return billing.finalize(call, body)


@route("POST", URL + "/<id_>/send", sdk.InvoiceSendInvoiceParams)
def send(call: Call, _: Params, id_: str) -> Body:
    """Send by e-mail (here: only say so), finalizing a draft first."""
    body = call.need("invoice", id_)
    invoice_rules.check_sending(body)
    if body["status"] == "draft":
        billing.finalize(call, body)
    call.emit("invoice.sent", body)
    return body


@route("POST", URL + "/<id_>/pay", sdk.InvoicePayParams)
def pay(call: Call, params: Params, id_: str) -> Body:
    """Collect now."""
    body = call.need("invoice", id_)
    if body["status"] == "paid":
        raise errors.invalid("Invoice is already paid")
    if body["status"] == "void":
        raise errors.invalid("This invoice is void and can no longer be paid.")
    return billing.pay(call, body, params)


@action("pay_invoice")
def pay_for_customer(call: Call, given: Body) -> Body:
    """``{"invoice": "in_…"}``: the customer pays with the card 4242 4242 4242 4242."""
    body = call.need("invoice", given.get("invoice", ""), param="invoice")
    invoice_rules.check_status(body, "pay", "open", "uncollectible")
    card = payment_methods.resolve(call, "pm_card_visa")
    return billing.pay(call, body, {"payment_method": card["id"]})


@route("POST", URL + "/<id_>/void", sdk.InvoiceVoidInvoiceParams)
def void(call: Call, _: Params, id_: str) -> Body:
    """Void an open invoice: it stays on record, to be paid never."""
    body = call.need("invoice", id_)
    invoice_rules.check_status(body, "void", "open", "uncollectible")
    with call.changing(body):
        body["status"] = "void"
        body["amount_remaining"] = body["amount_due"] - body["amount_paid"]
        body["status_transitions"]["voided_at"] = ids.now()
    billing.cancel_payment(call, body, "void_invoice")
    call.emit("invoice.voided", body)
    return body


@route("POST", URL + "/<id_>/mark_uncollectible", sdk.InvoiceMarkUncollectibleParams)
def mark_uncollectible(call: Call, _: Params, id_: str) -> Body:
    """Give an open invoice up as bad debt; it may still be paid."""
    body = call.need("invoice", id_)
    invoice_rules.check_status(body, "mark as uncollectible", "open")
    with call.changing(body, "invoice.updated"):
        body["status"] = "uncollectible"
        body["status_transitions"]["marked_uncollectible_at"] = ids.now()
    call.emit("invoice.marked_uncollectible", body)
    return body


@route("GET", URL + "/<id_>/lines", sdk.InvoiceListLinesParams)
def lines(call: Call, params: Params, id_: str) -> Body:
    """The lines of an invoice."""
    rows = call.need("invoice", id_)["_lines"]
    return lists.slice_of(rows, params, f"{URL}/{id_}/lines")


@expand.on_demand("invoice", "payments")
def _payments(store: Store, invoice: Body) -> Body:
    found = store.find("invoice_payment", invoice=invoice["id"])
    return lists.as_list(found[:10], "/v1/invoice_payments", has_more=len(found) > 10)


@expand.on_demand("invoice", "confirmation_secret")
def _secret(store: Store, invoice: Body) -> Body | None:
    for payment in store.find("invoice_payment", invoice=invoice["id"], status="open"):
        intent = store.get("payment_intent", payment["payment"]["payment_intent"])
        return intent and {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None
