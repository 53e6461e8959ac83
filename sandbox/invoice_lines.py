"""What an invoice comes to: its lines, discounts and taxes, in cents."""

from typing import Any

import stripe

from sandbox import ids, lists, orders, shape, tax
from sandbox.api import Call
from sandbox.store import Body


def add_up(call: Call, invoice: Body) -> None:
    """Rebuild the lines of a draft from its items, and work out every sum (cents)."""
    items = call.store.find("invoiceitem", invoice=invoice["id"])[::-1]
    raw = [*invoice["_own_lines"], *(item["_order"] for item in items)]
    for line in raw:
        line["_rates"] = line["_rates"] or invoice["_default_rates"]
    percent = None
    if invoice["automatic_tax"]["enabled"]:
        percent = tax.percent(where_from(invoice["customer_address"], invoice["customer_shipping"]))
        state = "requires_location_inputs" if percent is None else "complete"
        invoice["automatic_tax"] |= {"status": state, "provider": "stripe"}
    sums = orders.total(raw, _coupon(call, invoice), percent)
    lines = [_line(invoice, line) for line in raw]
    url = f"/v1/invoices/{invoice['id']}/lines"
    invoice["_lines"] = lines
    invoice["lines"] = lists.as_list(lines[:10], url, has_more=len(lines) > 10)
    invoice["lines"]["total_count"] = len(lines)
    _write_sums(invoice, sums, lines)


def where_from(address: Body | None, shipping: Body | None) -> Body | None:
    """Where a customer is, for their tax: where it is shipped to, else where they live."""
    return (shipping or {}).get("address") or address


def _write_sums(invoice: Body, sums: Body, lines: list[Body]) -> None:
    total, taxed = sums["amount_total"], sums["amount_tax"]
    taxes = [one for line in lines for one in line["taxes"]]
    inside = sum(one["amount"] for one in taxes if one["tax_behavior"] == "inclusive")
    invoice |= {
        "subtotal": sums["amount_subtotal"],
        "subtotal_excluding_tax": sums["amount_subtotal"] - inside,
        "total": total,
        "total_excluding_tax": total - taxed,
        "total_taxes": taxes,
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0) - invoice["amount_paid"],
        "total_discount_amounts": [
            {"amount": sums["amount_discount"], "discount": id_} for id_ in invoice["discounts"]
        ],
    }


def order_line(price: Body, quantity: int, description: str | None, rates: list[Any]) -> Body:
    """A raw line for ``orders.total``; the caller adds ``_parent`` and ``_period``."""
    return {
        "id": ids.new("il"),
        "currency": price["currency"],
        "description": description,
        "metadata": {},
        "price": price["id"],
        "quantity": quantity,
        "_unit": price["unit_amount_decimal"],
        "_product": price["product"],
        "_inclusive": price["tax_behavior"] == "inclusive",
        "_rates": rates,
        "_untaxed": False,
    }


def _line(invoice: Body, raw: Body) -> Body:
    start, end = raw["_period"]
    off = [{"amount": raw["amount_discount"], "discount": id_} for id_ in invoice["discounts"]]
    body = {
        "id": raw["id"],
        "object": "line_item",
        "amount": raw["amount_subtotal"],
        "currency": raw["currency"],
        "description": raw["description"],
        "discount_amounts": off,
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": raw["metadata"],
        "parent": raw["_parent"],
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": pricing(raw),
        "quantity": raw["quantity"],
        "quantity_decimal": str(raw["quantity"]),
        "subtotal": raw["amount_subtotal"],
        "taxes": [_tax(raw, *one) for one in raw["_taxes"]],
    }
    return shape.complete(stripe.InvoiceLineItem, body)


def pricing(raw: Body) -> Body:
    """The ``pricing`` hash of a line or an item."""
    details = {"price": raw["price"], "product": raw["_product"]}
    return {
        "type": "price_details",
        "price_details": details,
        "unit_amount_decimal": raw["_unit"],
    }


def _tax(raw: Body, cents: int, inclusive: bool, rate: str | None) -> Body:
    return {
        "amount": cents,
        "tax_behavior": "inclusive" if inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": rate} if rate else None,
        "taxability_reason": "standard_rated",
        "taxable_amount": raw["amount_subtotal"] - raw["amount_discount"],
        "type": "tax_rate_details",
    }


def _coupon(call: Call, invoice: Body) -> Body | None:
    for id_ in invoice["discounts"]:
        return call.get("coupon", call.need("discount", id_)["source"]["coupon"])
    return None
