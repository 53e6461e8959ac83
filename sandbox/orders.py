"""What an order comes to: lines, discounts, taxes, in cents. Checkout's sums."""

from decimal import ROUND_HALF_UP, Decimal
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
        "_untaxed": product["tax_code"] == tax.NONTAXABLE,
        "_recurring": price["type"] == "recurring",
        "_inclusive": price["tax_behavior"] == "inclusive",
        "_rates": rates(call, given.get("tax_rates", []), f"{at}[tax_rates]"),
        **dict.fromkeys(("amount_subtotal", "amount_discount", "amount_tax", "amount_total"), 0),
    }
    return shape.complete(stripe.LineItem, body)


def _price(call: Call, given: Params, at: str) -> Body:
    if ("price" in given) == ("price_data" in given):
        raise errors.invalid(CHOOSE, at)
    if "price_data" in given:
        price = prices.new(call, given["price_data"], inline=True)
        if price["unit_amount_decimal"].startswith("-"):
            raise errors.invalid("Invalid non-negative integer", f"{at}[price_data][unit_amount]")
        return price
    price = call.need("price", given["price"], param=f"{at}[price]")
    if not price["active"]:
        raise errors.invalid(INACTIVE, f"{at}[price]")
    return price


def rates(call: Call, ids_: list[str], param: str) -> list[list[Any]]:
    """``[percent, inclusive, id]`` of each tax rate."""
    found = [call.need("tax_rate", id_, param=param) for id_ in ids_]
    return [[rate["percentage"], rate["inclusive"], rate["id"]] for rate in found]


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
    """Whole cents of a unit amount that may have fractions of a cent."""
    exact = Decimal(unit) * quantity
    return int(exact.to_integral_value(ROUND_HALF_UP))


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
    """Work out the line's taxes; ``_taxes`` keeps ``[cents, inclusive, rate id]`` of each."""
    is_taxed = percent is not None and not item["_untaxed"]
    automatic = [[percent, item["_inclusive"], None]] if is_taxed else []
    net = item["amount_subtotal"] - item["amount_discount"]
    item["_taxes"] = [
        [tax.amount(net, rate, inclusive=inside), inside, id_]
        for rate, inside, id_ in item["_rates"] or automatic
    ]
    item["amount_tax"] = sum(cents for cents, *_ in item["_taxes"])
    item["amount_total"] = net + sum(cents for cents, inside, _ in item["_taxes"] if not inside)


def as_list(store: Store, lines: list[Body]) -> list[Body]:
    """The lines as answers show them, each with its price as it is now."""
    return [item | {"price": store.get("price", item["price"])} for item in lines]
