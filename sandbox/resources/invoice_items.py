"""Invoice items: what a customer owes, waiting for an invoice or on its draft."""

import stripe
from stripe import params as sdk

from sandbox import errors, ids, invoice_lines, orders, shape, tax
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import prices
from sandbox.store import Body

URL = "/v1/invoiceitems"
LOCKED = "This invoice item cannot be changed: its invoice is no longer a draft."
WAYS = ("amount", "pricing", "price_data", "unit_amount_decimal")


@route("POST", URL, sdk.InvoiceItemCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create, pending or at once on the draft ``invoice``."""
    invoice = _draft(call, params["invoice"], "invoice") if params.get("invoice") else None
    owner = params.get("customer") or (invoice or {}).get("customer")
    if owner is None:
        raise errors.missing("customer")
    customer = call.need("customer", owner, param="customer")
    if invoice and invoice["customer"] != owner:
        raise errors.invalid("The invoice belongs to another customer.", "customer")
    id_ = ids.new("ii")
    order = _order(call, params, params.get("currency") or customer["currency"] or "usd")
    body = {
        "id": id_,
        "object": "invoiceitem",
        "customer": owner,
        "date": ids.now(),
        "description": order["description"],
        "discountable": params.get("discountable", True),
        "discounts": [],
        "invoice": params.get("invoice"),
        "livemode": False,
        "metadata": {},
        "period": params.get("period") or {"start": ids.now(), "end": ids.now()},
        "proration": False,
        "tax_rates": [call.get("tax_rate", rate) for rate in params.get("tax_rates", [])],
        **_money(order),
    }
    merge(body, {"metadata": params.get("metadata")})
    full = shape.complete(stripe.InvoiceItem, body)
    full["_order"] = _placed(full, order)
    call.create(full, "invoiceitem.created")
    _refresh(call, full)
    return full


def _order(call: Call, params: Params, currency: str) -> Body:
    """The line behind an item: a price, or an amount that gets a price of its own."""
    if sum(name in params for name in WAYS) != 1:
        raise errors.invalid(f"You must pass exactly one of {', '.join(WAYS)}.", "amount")
    text = params.get("description")
    if "pricing" in params:
        wanted = params["pricing"].get("price", "")
        price = call.need("price", wanted, param="pricing[price]")
    elif "price_data" in params:
        price = prices.new(call, params["price_data"], inline=True)
    else:
        amount = params.get("amount", params.get("unit_amount_decimal"))
        given = {"currency": currency, "unit_amount_decimal": str(amount)}
        price = prices.new(call, {**given, "product_data": {"name": text or "Item"}}, inline=True)
    if price["type"] == "recurring":
        raise errors.invalid("The price specified is recurring; items take one-time prices.")
    text = text or call.need("product", price["product"])["name"]
    rates = orders.rates(call, params.get("tax_rates") or [], "tax_rates")
    order = invoice_lines.order_line(price, params.get("quantity", 1), text, rates)
    product = call.need("product", price["product"])
    code = params.get("tax_code") or product["tax_code"]
    return order | {"_untaxed": code == tax.NONTAXABLE}


def _money(order: Body) -> Body:
    orders.total([order], None, None)
    return {
        "amount": order["amount_subtotal"],
        "currency": order["currency"],
        "net_amount": order["amount_subtotal"],
        "pricing": invoice_lines.pricing(order),
        "quantity": order["quantity"],
        "quantity_decimal": str(order["quantity"]),
    }


def _placed(item: Body, order: Body) -> Body:
    """The order line with what the item says of itself."""
    details = {"invoice_item": item["id"], "proration": False}
    parent = {"type": "invoice_item_details", "invoice_item_details": details}
    period = [item["period"]["start"], item["period"]["end"]]
    more = {"_parent": parent, "_period": period, "metadata": item["metadata"]}
    return order | more | {"description": item["description"]}


def _draft(call: Call, id_: str, param: str = "id") -> Body:
    invoice = call.need("invoice", id_, param=param)
    if invoice["status"] != "draft":
        raise errors.invalid(LOCKED, param, "invoice_not_editable")
    return invoice


def _refresh(call: Call, item: Body) -> None:
    """The draft an item lies on changes with it."""
    if item["invoice"]:
        invoice = call.need("invoice", item["invoice"])
        with call.changing(invoice, "invoice.updated"):
            invoice_lines.add_up(call, invoice)


@route("GET", URL, sdk.InvoiceItemListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer, invoice, or those still pending."""
    where = {name: params.get(name) for name in ("customer", "invoice")}
    if "pending" in params:
        rows = call.store.find("invoiceitem")
        where["id"] = [r["id"] for r in rows if (r["invoice"] is None) is params["pending"]]
    return call.page("invoiceitem", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("invoiceitem", id_)


@route("POST", URL + "/<id_>", sdk.InvoiceItemUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change an item that is pending or on a draft."""
    body = call.need("invoiceitem", id_)
    if body["invoice"]:
        _draft(call, body["invoice"])
    order = body["_order"]
    if any(name in params for name in WAYS):
        order = _order(call, {"quantity": body["quantity"], **params}, body["currency"])
        order["id"] = body["_order"]["id"]
    order["quantity"] = params.get("quantity", order["quantity"])
    with call.changing(body):
        merge(body, {k: v for k, v in params.items() if k in ("description", "metadata", "period")})
        body |= _money(order)
        body["_order"] = _placed(body, order)
    _refresh(call, body)
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete an item that is pending or on a draft."""
    body = call.need("invoiceitem", id_)
    if body["invoice"]:
        _draft(call, body["invoice"])
    stub = call.delete(body, "invoiceitem.deleted")
    _refresh(call, body)
    return stub
