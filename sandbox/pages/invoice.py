"""The hosted page of an invoice, where its customer pays it, and its PDF."""

from flask import Response, make_response

from sandbox import billing, pdf
from sandbox.api import Call, page
from sandbox.errors import StripeError
from sandbox.money import text
from sandbox.pages import cards
from sandbox.pages.html import day, go, show
from sandbox.resources import payment_intents
from sandbox.store import Body

PAYABLE = ("open", "uncollectible")
PER_PAGE = 30


def _final(call: Call, id_: str) -> Body | None:
    invoice = call.get("invoice", id_)
    return invoice if invoice and invoice["status"] != "draft" else None


@page("GET", path="/i/<id_>")
def visit(call: Call, id_: str) -> Response:
    """The invoice, with a card form while it can be paid."""
    invoice = _final(call, id_)
    return _show(call, invoice) if invoice else show("missing.html", 404)


@page("POST", path="/i/<id_>")
def submit(call: Call, id_: str) -> Response:
    """Pay it."""
    invoice = _final(call, id_)
    if invoice is None:
        return show("missing.html", 404)
    intent = billing.intent_of(call, invoice)
    if invoice["status"] not in PAYABLE or intent is None:
        return go(invoice["hosted_invoice_url"])
    form = cards.typed()
    try:
        method = cards.method(call, form)
        back = {"payment_method": method["id"], "return_url": invoice["hosted_invoice_url"]}
        intent = payment_intents.confirm(call, intent, back)
    except StripeError as refused:
        tried = call.need("invoice", id_)
        return _show(call, tried, form, error=str(refused))
    if intent["next_action"]:
        return go(intent["next_action"]["redirect_to_url"]["url"])
    return go(invoice["hosted_invoice_url"])


def _show(
    call: Call,
    invoice: Body,
    form: dict[str, str] | None = None,
    *,
    error: str | None = None,
) -> Response:
    address = invoice["customer_address"] or {}
    intent = billing.intent_of(call, invoice) if invoice["status"] in PAYABLE else None
    filled = {"name": invoice["customer_name"] or "", "zip": address.get("postal_code") or ""}
    filled["email"] = invoice["customer_email"] or ""
    return show(
        "invoice.html",
        invoice=invoice,
        payable=invoice["status"] in PAYABLE,
        form=cards.shown_again(form) if form else filled,
        error=error or cards.reason(intent),
    )


@page("GET", path="/i/<id_>/pdf")
def as_pdf(call: Call, id_: str) -> Response:
    """The invoice as a PDF."""
    invoice = _final(call, id_)
    if invoice is None:
        return show("missing.html", 404)
    response = make_response(pdf.document(_pages(invoice)))
    response.headers["Content-Type"] = "application/pdf"
    name = f"Invoice-{invoice['number']}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _pages(invoice: Body) -> list[list[pdf.Text]]:
    lines = invoice["_lines"]
    groups = [lines[n : n + PER_PAGE] for n in range(0, len(lines), PER_PAGE)] or [[]]
    pages = [_table(invoice, group) for group in groups]
    pages[0] = _heading(invoice) + pages[0]
    pages[-1] += _sums(invoice, 215 + 18 * len(groups[-1]))
    return pages


def _heading(invoice: Body) -> list[pdf.Text]:
    due = day(invoice["due_date"]) if invoice["due_date"] else "on receipt"
    issued = day(invoice["effective_at"])
    billed = [invoice["customer_name"], invoice["customer_email"]]
    facts = [f"Invoice number  {invoice['number']}", f"Issued  {issued}", f"Due  {due}"]
    return [
        (56, 70, 22, True, "Invoice"),
        (56, 92, 9, False, "Local Stripe, test mode: no real money is owed."),
        *((56, 118 + 15 * n, 10, False, fact) for n, fact in enumerate(facts)),
        *((340, 118 + 15 * n, 10, False, who) for n, who in enumerate(w for w in billed if w)),
    ]


def _table(invoice: Body, lines: list[Body]) -> list[pdf.Text]:
    currency = invoice["currency"]
    texts: list[pdf.Text] = [(56, 190, 9, True, "Description"), (430, 190, 9, True, "Qty")]
    texts.append((490, 190, 9, True, "Amount"))
    for n, line in enumerate(lines):
        y = 210 + 18 * n
        texts.append((56, y, 10, False, (line["description"] or "")[:70]))
        texts.append((430, y, 10, False, str(line["quantity"])))
        texts.append((490, y, 10, False, text(line["amount"], currency)))
    return texts


def _sums(invoice: Body, top: float) -> list[pdf.Text]:
    currency = invoice["currency"]
    off = sum(one["amount"] for one in invoice["total_discount_amounts"])
    taxes = sum(one["amount"] for one in invoice["total_taxes"])
    rows = [("Subtotal", invoice["subtotal"]), ("Discount", -off), ("Tax", taxes)]
    rows = [row for row in rows if row[1]]
    rows += [("Total", invoice["total"]), ("Paid", invoice["amount_paid"])]
    rows.append(("Amount due", invoice["amount_remaining"]))
    return [
        one
        for n, (label, cents) in enumerate(rows)
        for one in _row(label, text(cents, currency), top + 16 * n)
    ]


def _row(label: str, amount: str, y: float) -> list[pdf.Text]:
    bold = label == "Amount due"
    return [(400, y, 10, bold, label), (490, y, 10, bold, amount)]
