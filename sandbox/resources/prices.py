"""Prices: an amount, a currency, perhaps an interval, of one product."""

from decimal import Decimal

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, merge, route
from sandbox.errors import invalid, missing
from sandbox.params import Params
from sandbox.resources import products
from sandbox.store import Body

URL = "/v1/prices"
KEY_TAKEN = (
    "A price (`{id}`) already uses that lookup key. You can pass `transfer_lookup_key=true` to "
    "move it to this price."
)


def new(call: Call, params: Params, *, inline: bool = False) -> Body:
    """Create a price from the create call's parameters, or from an inline ``price_data``.

    An inline price is inactive afterwards, and neither it nor its product emits an event.
    """
    product = _product_of(call, params, inline=inline)
    id_ = ids.new("price")
    _claim_lookup_key(call, params, id_)
    body: Body = {
        "id": id_,
        "object": "price",
        "active": not inline,
        "billing_scheme": "per_unit",
        "created": ids.now(),
        "currency": params["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product["id"],
        "recurring": _recurring(params.get("recurring")),
        "tax_behavior": "unspecified",
        "type": "recurring" if "recurring" in params else "one_time",
        **_amount(params, signed=inline),
    }
    settable = ("active", "lookup_key", "metadata", "nickname", "tax_behavior")
    merge(body, {name: params[name] for name in settable if name in params})
    full = shape.complete(stripe.Price, body)
    return call.create(full, None if inline else "price.created")


def _product_of(call: Call, params: Params, *, inline: bool) -> Body:
    if ("product" in params) == ("product_data" in params):
        raise invalid("You must pass exactly one of `product` or `product_data`.", "product")
    if "product" in params:
        return call.need("product", params["product"], param="product")
    return products.new(call, params["product_data"], event=not inline)


def _amount(params: Params, *, signed: bool) -> Body:
    """Whole cents; fractions of a cent only in ``unit_amount_decimal``, as Stripe keeps them.

    Only inline prices may be negative: an invoice item may be a credit.
    """
    given = params.get("unit_amount", params.get("unit_amount_decimal"))
    if given is None:
        raise missing("unit_amount")
    amount = Decimal(given)
    if amount < 0 and not signed:
        raise invalid("Invalid non-negative integer", "unit_amount")
    whole = int(amount) if amount == int(amount) else None
    return {"unit_amount": whole, "unit_amount_decimal": f"{amount.normalize():f}"}


def _recurring(given: Params | None) -> Body | None:
    defaults = {"interval_count": 1, "usage_type": "licensed"}
    return defaults | given if given else None


def _claim_lookup_key(call: Call, params: Params, id_: str) -> None:
    """A lookup key belongs to one active price; ``transfer_lookup_key`` takes it over."""
    key = params.get("lookup_key")
    if not key:
        return
    for holder in call.store.find("price", lookup_key=key):
        if holder["id"] == id_:
            continue
        if not params.get("transfer_lookup_key"):
            raise invalid(KEY_TAKEN.format(id=holder["id"]), "lookup_key")
        with call.changing(holder, "price.updated"):
            holder["lookup_key"] = None


@route("POST", URL, sdk.PriceCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create."""
    return new(call, params)


@route("GET", URL, sdk.PriceListParams)
def list_all(call: Call, params: Params) -> Body:
    """List, by product, currency, type, activity and lookup keys."""
    where = {name: params.get(name) for name in ("active", "currency", "product", "type")}
    interval = params.get("recurring", {}).get("interval")
    keys = params.get("lookup_keys")
    return call.page("price", params, URL, lookup_key=keys, recurring__interval=interval, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("price", id_)


@route("POST", URL + "/<id_>", sdk.PriceUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change what may change: never the amount or the currency."""
    body = call.need("price", id_)
    _claim_lookup_key(call, params, id_)
    with call.changing(body, "price.updated"):
        merge(body, params)
    return body
