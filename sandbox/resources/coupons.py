"""Coupons: what a discount takes off."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, merge, route
from sandbox.errors import invalid
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/coupons"


@route("POST", URL, sdk.CouponCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create: either a percentage or an amount in a currency."""
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise invalid("You must pass exactly one of `amount_off` or `percent_off`.", "percent_off")
    if percent is not None and not 0 < float(percent) <= 100:
        raise invalid("percent_off must be between 0 and 100", "percent_off")
    if amount is not None and "currency" not in params:
        raise invalid("You must pass currency when passing amount_off", "currency")
    if call.get("coupon", params.get("id")):
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    body: Body = {
        "id": params.get("id") or ids.random_text(8),
        "object": "coupon",
        "created": ids.now(),
        "duration": "once",
        "livemode": False,
        "metadata": {},
        "times_redeemed": 0,
        "valid": True,
        **dict.fromkeys(("amount_off", "applies_to", "currency", "duration_in_months")),
        **dict.fromkeys(("max_redemptions", "name", "percent_off", "redeem_by")),
    }
    merge(body, params)
    body["percent_off"] = None if percent is None else float(percent)
    return call.create(shape.complete(stripe.Coupon, body), "coupon.created")


@route("GET", URL, sdk.CouponListParams)
def list_all(call: Call, params: Params) -> Body:
    """List."""
    return call.page("coupon", params, URL)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("coupon", id_)


@route("POST", URL + "/<id_>", sdk.CouponUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change its name or metadata: never what it takes off."""
    body = call.need("coupon", id_)
    with call.changing(body, "coupon.updated"):
        merge(body, params)
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete; discounts given stay given."""
    return call.delete(call.need("coupon", id_), "coupon.deleted")


def usable(coupon: Body) -> bool:
    """Whether it may still be redeemed."""
    spent = coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    late = coupon["redeem_by"] and coupon["redeem_by"] <= ids.now()
    return bool(coupon["valid"] and not spent and not late)


def redeem(call: Call, body: dict[str, Any]) -> None:
    """Count one use of a coupon or promotion code; the last one ends it."""
    with call.changing(body):
        body["times_redeemed"] += 1
        if body["object"] == "coupon":
            body["valid"] = usable(body)
        elif body["max_redemptions"] and body["times_redeemed"] >= body["max_redemptions"]:
            body["active"] = False
