"""The invoice of a paid checkout session that asked for one (``invoice_creation``)."""

from sandbox import billing, discounts, ids, invoice_lines
from sandbox.api import Call
from sandbox.resources import invoices
from sandbox.store import Body

KEPT = (
    *("currency", "description", "metadata", "price", "quantity"),
    *("_unit", "_product", "_inclusive", "_rates", "_untaxed"),
)
TAKEN = ("custom_fields", "description", "footer", "metadata")


def issue(call: Call, session: Body, coupon: Body | None) -> str:
    """Create, finalize and mark as paid; answers the invoice's id."""
    data = session["_invoice_creation"].get("invoice_data", {})
    given = {name: data[name] for name in TAKEN if name in data}
    given |= {"customer": session["customer"], "currency": session["currency"]}
    invoice = invoices.new(call, given)
    invoice["customer_address"] = session["customer_details"]["address"]
    invoice["automatic_tax"]["enabled"] = session["automatic_tax"]["enabled"]
    invoice["_own_lines"] = [_line(line) for line in session["_lines"]]
    if coupon:
        code = call.get("promotion_code", session["discounts"][0]["promotion_code"])
        discount = discounts.record(call, coupon, code, invoice=invoice["id"])
        invoice["discounts"] = [discount["id"]]
    invoice_lines.add_up(call, invoice)
    call.create(invoice, "invoice.created")
    intent = call.get("payment_intent", session["payment_intent"])
    billing.finalize(call, invoice, paid_by=intent)
    return str(invoice["id"])


def _line(line: Body) -> Body:
    own = {"id": ids.new("il"), "_parent": None, "_period": [ids.now(), ids.now()]}
    return {name: line[name] for name in KEPT} | own
