"""Checkout sessions: the calls; how a customer pays one is in ``sandbox.checkout``."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import checkout, errors, expand, ids, lists, orders, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import coupons, promotion_codes
from sandbox.store import Body, Store

URL = "/v1/checkout/sessions"
SHORTEST, LONGEST = 30 * 60, 24 * 3600
ONLY_ONE = "You may only specify one of these parameters: {}."
HOSTED_ONLY = "This sandbox has hosted pages only: `ui_mode` must be `hosted_page`."
WRONG_MODE = (
    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` "
    "mode or use only one-time prices."
)
NO_RECURRING = "You must provide at least one recurring price in `subscription` mode."
KEPT = ("payment_intent_data", "setup_intent_data", "subscription_data", "invoice_creation")


@route("POST", URL, sdk.checkout.SessionCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create an open session; the payment intent comes when the customer pays."""
    _check(call, params)
    id_ = "cs_test_" + ids.random_text(58)
    items = params.get("line_items", [])
    lines = [orders.line(call, item, f"line_items[{n}]") for n, item in enumerate(items)]
    _check_lines(params["mode"], lines)
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


def _check(call: Call, params: Params) -> None:
    if "mode" not in params:
        raise errors.missing("mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise errors.invalid(HOSTED_ONLY, "ui_mode")
    needed = ["success_url", *(["line_items"] if params["mode"] != "setup" else [])]
    for name in needed:
        if not params.get(name):
            raise errors.missing(name)
    _check_together(params)
    if "customer" in params:
        call.need("customer", params["customer"], param="customer")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise errors.invalid("Not a valid URL", name, "url_invalid")
    _check_expiry(params.get("expires_at"))


def _check_together(params: Params) -> None:
    pairs = [("customer", "customer_email"), ("customer", "customer_creation")]
    for pair in [*pairs, ("allow_promotion_codes", "discounts")]:
        if all(params.get(name) for name in pair):
            raise errors.invalid(ONLY_ONE.format(", ".join(pair)), pair[1])


def _check_expiry(at: int | None) -> None:
    if at is not None and at < ids.now() + SHORTEST - 5:
        bound = "at least 30 minutes"
    elif at is not None and at > ids.now() + LONGEST + 5:
        bound = "less than 24 hours"
    else:
        return
    message = f"The `expires_at` timestamp must be {bound} from Checkout Session creation."
    raise errors.invalid(message, "expires_at")


def _check_lines(mode: str, lines: list[Body]) -> None:
    recurring = [item["_recurring"] for item in lines]
    if mode == "payment" and any(recurring):
        raise errors.invalid(WRONG_MODE, "mode")
    if mode == "subscription" and not any(recurring):
        raise errors.invalid(NO_RECURRING, "line_items")
    if len({item["currency"] for item in lines}) > 1:
        raise errors.invalid("All line items must have the same currency.", "line_items")


def _body(call: Call, params: Params, id_: str) -> dict[str, Any]:
    payment = params["mode"] == "payment"
    customer = call.get("customer", params.get("customer"))
    known = "always" if params["mode"] == "subscription" else "if_required"
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
        "customer_creation": None if customer or params["mode"] == "setup" else known,
        "customer_details": _known(customer, params.get("customer_email")),
        "expires_at": ids.now() + LONGEST,
        "invoice_creation": {"enabled": False, **invoice} if payment else None,
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
