"""Discounts: a coupon as it was applied to an invoice."""

from typing import Any

import stripe

from sandbox import errors, ids, shape
from sandbox.api import Call
from sandbox.params import Params
from sandbox.resources import coupons
from sandbox.store import Body


def give(call: Call, given: Any, **target: str) -> list[str]:
    """Ids of the discounts for ``discounts`` parameters; ``target`` is e.g. ``invoice="in_…"``."""
    return [_one(call, one, target)["id"] for one in given or []]


def _one(call: Call, given: Params, target: dict[str, str]) -> Body:
    if "discount" in given:
        return call.need("discount", given["discount"], param="discounts[0][discount]")
    code = None
    if "promotion_code" in given:
        at = "discounts[0][promotion_code]"
        code = call.need("promotion_code", given["promotion_code"], param=at)
    wanted = code["promotion"]["coupon"] if code else given.get("coupon", "")
    coupon = call.need("coupon", wanted, param="discounts[0][coupon]")
    if not coupons.usable(coupon):
        raise errors.invalid("Coupon expired.", "discounts[0][coupon]", "coupon_expired")
    coupons.redeem(call, coupon)
    return record(call, coupon, code, **target)


def record(call: Call, coupon: Body, code: Body | None, **target: str) -> Body:
    """The discount itself; the coupon's use is counted elsewhere."""
    body = {
        "id": ids.new("di"),
        "object": "discount",
        "promotion_code": code["id"] if code else None,
        "source": {"type": "coupon", "coupon": coupon["id"]},
        "start": ids.now(),
        **target,
    }
    return call.create(shape.complete(stripe.Discount, body))
