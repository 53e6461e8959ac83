"""Checkout sessions: the calls; how a customer pays one is in ``sandbox.checkout``."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import checkout, checkout_rules, errors, expand, ids, lists, orders, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import coupons, promotion_codes
from sandbox.store import Body, Store

URL = "/v1/checkout/sessions"
KEPT = ("payment_intent_data", "setup_intent_data", "invoice_creation", "customer_update")


@route("POST", URL, sdk.checkout.SessionCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create an open session; the payment intent comes when the customer pays."""
    checkout_rules.check(call, params)
    id_ = "cs_test_" + ids.random_text(58)
    items = params.get("line_items", [])
    lines = [orders.line(call, item, f"line_items[{n}]") for n, item in enumerate(items)]
    checkout_rules.check_lines(params["mode"], lines)
    session = shape.complete(stripe.checkout.Session, _body(call, params, id_))
    settable = {k: v for k, v in params.items() if k not in (*KEPT, "discounts", "line_items")}
    merge(session, settable)
    session = shape.complete(stripe.checkout.Session, session)
    session |= {"_lines": lines, **{f"_{name}": params.get(name, {}) for name in KEPT}}
    session["discounts"] = [_discount(call, d, session) for d in params.get("discounts", [])]
    session["currency"] = lines[0]["currency"] if lines else params.get("currency")
    checkout.add_up(call, session)
    checkout.check_minimum(session)
    call.later(session["expires_at"] - ids.now(), "checkout.expire", id_)
    return call.create(session)


def _body(call: Call, params: Params, id_: str) -> dict[str, Any]:
    payment = params["mode"] == "payment"
    customer = call.get("customer", params.get("customer"))
    invoicing = params.get("invoice_creation", {}).get("enabled", False)
    invoice: Body = {"invoice_data": {"metadata": {}}}
    return {
        "id": id_,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False},
        "collected_information": None,
        "created": ids.now(),
        "custom_fields": [],
        "custom_text": {},
        "customer_creation": "if_required" if payment and not customer else None,
        "customer_details": _known(customer, params.get("customer_email")),
        "expires_at": ids.now() + checkout_rules.LONGEST,
        "invoice_creation": {"enabled": invoicing, **invoice} if payment else None,
        "livemode": False,
        "metadata": {},
        "mode": params["mode"],
        "origin_context": None,
        "payment_method_collection": "if_required" if payment else "always",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "no_payment_required" if params["mode"] == "setup" else "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/c/pay/{id_}",
    }


def _known(customer: Body | None, email: str | None) -> Body | None:
    """What is known of the payer before they type anything."""
    if customer is None and email is None:
        return None
    return checkout.details(
        email=customer["email"] if customer else email,
        name=customer["name"] if customer else None,
        address=customer["address"] if customer else None,
    )


def _discount(call: Call, given: Params, session: Body) -> Body:
    if "promotion_code" in given:
        at = "discounts[0][promotion_code]"
        code = call.need("promotion_code", given["promotion_code"], param=at)
        whole = orders.total(session["_lines"], None, None)["amount_subtotal"]
        refused = promotion_codes.refusal(call, code, session["customer"], whole)
        if refused or not code["active"]:
            raise errors.invalid(refused or "This promotion code is inactive.", at)
        return {"coupon": None, "promotion_code": code["id"]}
    coupon = call.need("coupon", given.get("coupon", ""), param="discounts[0][coupon]")
    if not coupons.usable(coupon):
        raise errors.invalid("Coupon expired.", "discounts[0][coupon]", "coupon_expired")
    return {"coupon": coupon["id"], "promotion_code": None}


@route("GET", URL, sdk.checkout.SessionListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer, e-mail address, payment intent, subscription or status."""
    names = ("customer", "payment_intent", "payment_link", "subscription", "status")
    where = {name: params.get(name) for name in names}
    email = params.get("customer_details", {}).get("email")
    return call.page("checkout.session", params, URL, customer_details__email=email, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("checkout.session", id_)


@route("POST", URL + "/<id_>", sdk.checkout.SessionUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change the metadata."""
    session = call.need("checkout.session", id_)
    if others := [name for name in params if name != "metadata"]:
        raise errors.invalid(f"This sandbox cannot update `{others[0]}`.", others[0])
    with call.changing(session):
        merge(session, params)
    return session


@route("POST", URL + "/<id_>/expire", sdk.checkout.SessionExpireParams)
def expire(call: Call, _: Params, id_: str) -> Body:
    """Expire an open session before its time."""
    session = call.need("checkout.session", id_)
    if session["status"] != "open":
        message = 'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
        message += f' Session has a status of "{session["status"]}".'
        raise errors.invalid(message)
    return checkout.expire(call, session)


@route("GET", URL + "/<id_>/line_items", sdk.checkout.SessionListLineItemsParams)
def line_items(call: Call, params: Params, id_: str) -> Body:
    """The lines of a session."""
    return _lines(call.store, call.need("checkout.session", id_), params)


@expand.on_demand("checkout.session", "line_items")
def _included(store: Store, session: Body) -> Body:
    return _lines(store, session, {})


def _lines(store: Store, session: Body, params: Params) -> Body:
    rows = orders.as_list(store, session["_lines"])
    return lists.slice_of(rows, params, f"{URL}/{session['id']}/line_items")
