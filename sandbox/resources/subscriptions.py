"""Subscriptions: enough to create, change and cancel one; nothing renews by itself."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import billing, errors, ids, lists, shape, subscriptions
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body

URL = "/v1/subscriptions"
SETTABLE = ("cancel_at_period_end", "default_payment_method", "description", "metadata")
CHANGEABLE = (*SETTABLE, "items", "trial_end", "trial_settings")


@route("POST", URL, sdk.SubscriptionCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create: trialing, or active once the first invoice is paid."""
    for name in ("customer", "items"):
        if not params.get(name):
            raise errors.missing(name)
    customer = call.need("customer", params["customer"], param="customer")
    id_ = ids.new("sub", 24)
    trial = _trial_end(params)
    items = [subscriptions.item(call, id_, one, ids.now(), trial) for one in params["items"]]
    body = shape.complete(stripe.Subscription, _body(customer, id_, items, trial))
    merge(body, {name: params[name] for name in SETTABLE if name in params})
    body["trial_settings"] = params.get("trial_settings") or body["trial_settings"]
    method = body["default_payment_method"]
    method = method or customer["invoice_settings"]["default_payment_method"]
    if not (trial or method):
        message = "This customer has no attached payment source or default payment method."
        raise errors.invalid(message, code="resource_missing")
    return _start(call, body, method)


def _start(call: Call, body: Body, method: str | None) -> Body:
    """Bill the first period: its payment decides the status. Then say that it began."""
    invoice = subscriptions.bill(call, body)
    intent = billing.intent_of(call, invoice)
    body["latest_invoice"] = invoice["id"]
    if intent:
        _try_to_pay(call, invoice, method)
        paid = call.need("invoice", invoice["id"])["status"] == "paid"
        body |= {"status": "active" if paid else "incomplete", "_intent": intent["id"]}
    call.create(body, "customer.subscription.created")
    if body["trial_end"] and body["trial_end"] <= ids.now() + subscriptions.WARNING:
        call.emit("customer.subscription.trial_will_end", body)
    return body


def _try_to_pay(call: Call, invoice: Body, method: str | None) -> None:
    try:
        billing.pay(call, invoice, {"payment_method": method})
    except errors.StripeError as refused:
        # A card that says no leaves the subscription incomplete, waiting for another.
        if not refused.keeps_effects:
            raise


def _trial_end(params: Params) -> int | None:
    if "trial_period_days" in params:
        return ids.now() + int(params["trial_period_days"]) * billing.DAY
    end = params.get("trial_end")
    return None if end in (None, "now") else int(end)


def _body(customer: Body, id_: str, items: list[Body], trial: int | None) -> dict[str, Any]:
    now = ids.now()
    return {
        "id": id_,
        "object": "subscription",
        "automatic_tax": {"enabled": False},
        "billing_cycle_anchor": trial or now,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": items[0]["price"]["currency"],
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"issuer": {"type": "self"}},
        "items": lists.as_list(items, f"/v1/subscription_items?subscription={id_}"),
        "livemode": False,
        "metadata": {},
        "payment_settings": {"save_default_payment_method": "off"},
        "start_date": now,
        "status": "trialing" if trial else "incomplete",
        "trial_end": trial,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": now if trial else None,
    }


@route("GET", URL, sdk.SubscriptionListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer and status; canceled ones only when asked for."""
    status = params.get("status")
    if status in (None, "all"):
        kinds = ["active", "incomplete", "past_due", "paused", "trialing", "unpaid"]
        status = None if status == "all" else kinds
    return call.page("subscription", params, URL, customer=params.get("customer"), status=status)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("subscription", id_)


@route("POST", URL + "/<id_>", sdk.SubscriptionUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change metadata, method, quantities and prices, or end the trial now."""
    body = call.need("subscription", id_)
    if others := [name for name in params if name not in CHANGEABLE]:
        raise errors.invalid(f"This sandbox cannot update `{others[0]}`.", others[0])
    if params.get("default_payment_method"):
        method = payment_methods.resolve(call, params["default_payment_method"])
        params["default_payment_method"] = method["id"]
    with call.changing(body, "customer.subscription.updated"):
        merge(body, {k: v for k, v in params.items() if k in (*SETTABLE, "trial_settings")})
        for given in params.get("items", []):
            _change_item(call, body, given)
        if params.get("trial_end") == "now":
            subscriptions.end_trial(call, body)
    return body


def _change_item(call: Call, body: Body, given: Params) -> None:
    old = next((one for one in body["items"]["data"] if one["id"] == given.get("id")), None)
    if old is None:
        raise errors.no_such("subscription item", given.get("id", ""), "items[0][id]", 400)
    wanted = {"price": old["price"]["id"], "quantity": old["quantity"]} | given
    made = subscriptions.item(call, body["id"], wanted, old["current_period_start"], None)
    old |= made | {"id": old["id"], "created": old["created"]}


@route("DELETE", URL + "/<id_>", sdk.SubscriptionCancelParams)
def cancel(call: Call, params: Params, id_: str) -> Body:
    """Cancel at once."""
    body = call.need("subscription", id_)
    if body["status"] == "canceled":
        raise errors.no_such("subscription", id_)
    with call.changing(body):
        body |= {"status": "canceled", "canceled_at": ids.now(), "ended_at": ids.now()}
        details = params.get("cancellation_details", {})
        body["cancellation_details"] |= {"reason": "cancellation_requested", **details}
    call.emit("customer.subscription.deleted", body)
    return body
