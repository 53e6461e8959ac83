"""What an order comes to: lines, discounts, taxes, in cents. Checkout's sums."""

from typing import Any

import stripe

from sandbox import errors, ids, shape, tax
from sandbox.api import Call
from sandbox.params import Params
from sandbox.resources import prices
from sandbox.store import Body, Store

CHOOSE = "You must specify either `price` or `price_data` when creating a line item."
INACTIVE = "The price specified is inactive. This field only accepts active prices."
QUANTITY = "Quantity is required. Add `quantity` to `{at}`"


def line(call: Call, given: Params, at: str) -> Body:
    """A line item from ``price`` or an inline ``price_data``; ``at`` names it in refusals."""
    price = _price(call, given, at)
    if given.get("quantity", 0) < 1:
        raise errors.invalid(QUANTITY.format(at=at), at)
    product = call.need("product", price["product"])
    body = {
        "id": ids.new("li"),
        "object": "item",
        "currency": price["currency"],
        "description": product["name"],
        "metadata": given.get("metadata", {}),
        "price": price["id"],
        "quantity": given["quantity"],
        "adjustable_quantity": None,
        "_unit": price["unit_amount_decimal"],
        "_product": product["id"],
        "_recurring": price["type"] == "recurring",
        "_inclusive": price["tax_behavior"] == "inclusive",
        "_rates": [_rate(call, id_, at) for id_ in given.get("tax_rates", [])],
        **dict.fromkeys(("amount_subtotal", "amount_discount", "amount_tax", "amount_total"), 0),
    }
    return shape.complete(stripe.LineItem, body)


def _price(call: Call, given: Params, at: str) -> Body:
    if ("price" in given) == ("price_data" in given):
        raise errors.invalid(CHOOSE, at)
    if "price_data" in given:
        return prices.new(call, given["price_data"], inline=True)
    price = call.need("price", given["price"], param=f"{at}[price]")
    if not price["active"]:
        raise errors.invalid(INACTIVE, f"{at}[price]")
    return price


def _rate(call: Call, id_: str, at: str) -> list[Any]:
    rate = call.need("tax_rate", id_, param=f"{at}[tax_rates]")
    return [rate["percentage"], rate["inclusive"]]


def total(lines: list[Body], coupon: Body | None, percent: float | None) -> Body:
    """Work out every line in place; the order's sums, in cents.

    ``percent`` is the automatic tax, None without it. Answers ``amount_subtotal``,
    ``amount_discount``, ``amount_tax`` and ``amount_total``.
    """
    for item in lines:
        item["amount_subtotal"] = _half_up(item["_unit"], item["quantity"])
        item["amount_discount"] = 0
    if coupon:
        _discount([i for i in lines if _applies(coupon, i)], coupon)
    for item in lines:
        _tax(item, percent)
    names = ("amount_subtotal", "amount_discount", "amount_tax", "amount_total")
    return {name: sum(item[name] for item in lines) for name in names}


def _half_up(unit: str, quantity: int) -> int:
    whole, _, fraction = unit.partition(".")
    scaled = int(whole + fraction) * quantity
    scale: int = 10 ** len(fraction)
    return (2 * scaled + scale) // (2 * scale)


def _applies(coupon: Body, item: Body) -> bool:
    only = (coupon["applies_to"] or {}).get("products")
    return not only or item["_product"] in only


def _discount(lines: list[Body], coupon: Body) -> None:
    """A percentage line by line; an amount shared out, the last line taking the odd cents."""
    whole = sum(item["amount_subtotal"] for item in lines)
    left = min(coupon["amount_off"] or 0, whole)
    share = left
    for item in lines:
        if coupon["percent_off"] is not None:
            off = tax.amount(item["amount_subtotal"], coupon["percent_off"])
        else:
            off = left if item is lines[-1] else share * item["amount_subtotal"] // (whole or 1)
        left -= off
        item["amount_discount"] = off


def _tax(item: Body, percent: float | None) -> None:
    rates = item["_rates"] or ([] if percent is None else [[percent, item["_inclusive"]]])
    net = item["amount_subtotal"] - item["amount_discount"]
    within = sum(tax.amount(net, rate, inclusive=True) for rate, inside in rates if inside)
    added = sum(tax.amount(net, rate) for rate, inside in rates if not inside)
    item["amount_tax"] = within + added
    item["amount_total"] = net + added


def as_list(store: Store, lines: list[Body]) -> list[Body]:
    """The lines as answers show them, each with its price as it is now."""
    return [item | {"price": store.get("price", item["price"])} for item in lines]
