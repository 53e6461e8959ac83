"""Promotion codes: what a customer types to get a coupon."""

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, merge, route
from sandbox.errors import invalid, missing
from sandbox.params import Params
from sandbox.resources import coupons
from sandbox.store import Body

URL = "/v1/promotion_codes"


@route("POST", URL, sdk.PromotionCodeCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create for a coupon; the code is unique among the active ones, whatever its case."""
    coupon = params["promotion"].get("coupon")
    if not coupon:
        raise missing("promotion[coupon]")
    call.need("coupon", coupon, param="promotion[coupon]")
    code = params.get("code") or ids.random_text(8).upper()
    if find(call, code):
        message = f"An active promotion code with `code: {code}` already exists."
        raise invalid(message, "code", "resource_already_exists")
    body: Body = {
        "id": ids.new("promo"),
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": ids.now(),
        "livemode": False,
        "metadata": {},
        "promotion": {"type": "coupon", "coupon": coupon},
        "restrictions": {"first_time_transaction": False},
        "times_redeemed": 0,
        **dict.fromkeys(("customer", "customer_account", "expires_at", "max_redemptions")),
    }
    merge(body, params | {"code": code})
    return call.create(shape.complete(stripe.PromotionCode, body), "promotion_code.created")


def find(call: Call, code: str) -> Body | None:
    """The active promotion code a customer means."""
    active = call.store.find("promotion_code", active=True)
    return next((p for p in active if p["code"].lower() == code.strip().lower()), None)


def refusal(call: Call, body: Body, customer: str | None, subtotal: int) -> str | None:
    """Why the code does not apply to an order of ``subtotal`` cents, or None when it does."""
    minimum = body["restrictions"]["minimum_amount"]
    coupon = call.get("coupon", body["promotion"]["coupon"])
    if coupon is None or not coupons.usable(coupon):
        return "This code is invalid."
    if body["expires_at"] and body["expires_at"] <= ids.now():
        return "This code has expired."
    if body["customer"] and body["customer"] != customer:
        return "This code is invalid."
    if minimum and subtotal < minimum:
        return f"This code needs an order of at least ${minimum / 100:,.2f}."
    return None


@route("GET", URL, sdk.PromotionCodeListParams)
def list_all(call: Call, params: Params) -> Body:
    """List, by code, coupon, customer and activity."""
    where = {name: params.get(name) for name in ("active", "code", "customer")}
    return call.page("promotion_code", params, URL, promotion__coupon=params.get("coupon"), **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("promotion_code", id_)


@route("POST", URL + "/<id_>", sdk.PromotionCodeUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change activity, metadata, restrictions."""
    body = call.need("promotion_code", id_)
    with call.changing(body, "promotion_code.updated"):
        merge(body, params)
    return body
