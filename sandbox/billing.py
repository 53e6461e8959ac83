"""How an invoice moves: from draft to open, paid, failed or overdue."""

from typing import Any

import stripe

from sandbox import confirmation, errors, ids, invoice_lines, jobs, shape
from sandbox.api import Call
from sandbox.intent_rules import OPEN
from sandbox.params import Params
from sandbox.resources import payment_intents
from sandbox.store import Body

DAY = 24 * 3600
FINAL = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
NO_METHOD = (
    "There is no `default_payment_method` set on this Customer or Invoice. Please set an "
    "appropriate default payment method."
)
MUST_ACT = (
    "Payment for this invoice requires additional user action before it can be completed "
    "successfully. Payment can be completed using the PaymentIntent associated with the invoice. "
    "For more details see: "
    "https://stripe.com/docs/billing/subscriptions/overview#requires-action"
)


def finalize(call: Call, invoice: Body, *, paid_by: Body | None = None) -> Body:
    """Number a draft and open it for payment; with nothing due it is paid at once.

    ``paid_by`` is the intent that has already paid it (Checkout's invoices).
    """
    if invoice["status"] != "draft":
        raise errors.invalid(FINAL, code="invoice_not_editable")
    customer = call.need("customer", invoice["customer"])
    invoice_lines.add_up(call, invoice)
    with call.changing(customer):
        number = customer["next_invoice_sequence"]
        customer["next_invoice_sequence"] = number + 1
    page = f"{call.base_url}/i/{invoice['id']}"
    due = invoice["_days"] and ids.now() + invoice["_days"] * DAY
    invoice |= {
        "automatically_finalizes_at": None,
        "due_date": due or invoice["due_date"],
        "effective_at": invoice["effective_at"] or ids.now(),
        "hosted_invoice_url": page,
        "invoice_pdf": f"{page}/pdf",
        "number": invoice["number"] or f"{customer['invoice_prefix']}-{number:04}",
        "status": "open",
        "_days": None,
    }
    invoice["status_transitions"]["finalized_at"] = ids.now()
    payment = (
        tie(call, invoice, paid_by or _ask_for(call, invoice)) if invoice["amount_due"] else None
    )
    call.store.save(invoice)
    call.emit("invoice.finalized", invoice)
    if paid_by or payment is None:
        _settle(call, invoice, payment)
    elif invoice["due_date"]:
        call.later(invoice["due_date"] - ids.now(), "invoice.overdue", invoice["id"])
    return invoice


def _ask_for(call: Call, invoice: Body) -> Body:
    """The intent that collects the invoice."""
    types = (invoice["payment_settings"] or {}).get("payment_method_types")
    return payment_intents.new(
        call,
        {
            "amount": invoice["amount_due"],
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "description": invoice["description"] or f"Payment for invoice {invoice['number']}",
            "payment_method_types": types or ["card"],
        },
    )


def tie(call: Call, invoice: Body, intent: Body) -> Body:
    """The open ``invoice_payment`` between an invoice and its intent."""
    body = {
        "id": ids.new("inpay"),
        "object": "invoice_payment",
        "amount_requested": invoice["amount_due"],
        "created": ids.now(),
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {},
    }
    return call.create(shape.complete(stripe.InvoicePayment, body))


def payment_of(call: Call, invoice: Body) -> Body | None:
    """The invoice's payment that is open or has been made."""
    found = call.store.find("invoice_payment", invoice=invoice["id"])
    return next((p for p in found if p["status"] != "canceled"), None)


def intent_of(call: Call, invoice: Body) -> Body | None:
    """The payment intent behind a finalized invoice, None when nothing was due."""
    payment = payment_of(call, invoice)
    return call.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None


def pay(call: Call, invoice: Body, params: Params) -> Body:
    """Collect now: from ``payment_method`` or a default, or ``paid_out_of_band``.

    A declined card raises its 402; the attempt stays on record.
    """
    if invoice["status"] == "draft":
        finalize(call, invoice)
    if params.get("paid_out_of_band"):
        cancel_payment(call, invoice, "requested_by_customer")
        return _settle(call, invoice, off_stripe=True)
    if invoice["status"] == "paid":
        return invoice
    customer = call.need("customer", invoice["customer"])
    default = customer["invoice_settings"]["default_payment_method"]
    method = params.get("payment_method") or invoice["default_payment_method"] or default
    if not method:
        raise errors.invalid(NO_METHOD)
    given = {"payment_method": method, "return_url": invoice["hosted_invoice_url"]}
    intent = intent_of(call, invoice)
    intent = intent and payment_intents.confirm(call, intent, given)
    if intent and intent["status"] == "requires_action":
        code = "invoice_payment_intent_requires_action"
        told: Any = {"status": 402, "kind": "card_error", "code": code}
        raise errors.StripeError(MUST_ACT, keeps_effects=True, payment_intent=intent, **told)
    return call.need("invoice", invoice["id"])


@confirmation.observer
def intent_changed(call: Call, intent: Body) -> None:
    """An invoice follows its intent."""
    where = {"payment__payment_intent": intent["id"], "status": "open"}
    for payment in call.store.find("invoice_payment", **where):
        invoice = call.need("invoice", payment["invoice"])
        if intent["status"] == "succeeded":
            _settle(call, invoice, payment)
        elif intent["status"] == "requires_action":
            call.emit("invoice.payment_action_required", invoice)
        elif intent["status"] == "requires_payment_method" and intent["last_payment_error"]:
            with call.changing(invoice, "invoice.updated"):
                invoice["attempted"] = True
                invoice["attempt_count"] += 1
            call.emit("invoice.payment_failed", invoice)


def _settle(
    call: Call, invoice: Body, payment: Body | None = None, *, off_stripe: bool = False
) -> Body:
    with call.changing(invoice, "invoice.updated"):
        invoice["amount_paid"] = invoice["amount_due"]
        invoice["amount_paid_off_stripe"] = invoice["amount_due"] if off_stripe else 0
        invoice["amount_remaining"] = 0
        invoice["attempted"] = True
        invoice["attempt_count"] += 1 if payment else 0
        invoice["status"] = "paid"
        invoice["status_transitions"]["paid_at"] = ids.now()
    call.emit("invoice.paid", invoice)
    call.emit("invoice.payment_succeeded", invoice)
    if payment:
        with call.changing(payment):
            payment |= {"status": "paid", "amount_paid": payment["amount_requested"]}
            payment["status_transitions"]["paid_at"] = ids.now()
        call.emit("invoice_payment.paid", payment)
    return invoice


def cancel_payment(call: Call, invoice: Body, reason: str) -> None:
    """Give up collecting by intent: the invoice is void or was paid elsewhere."""
    payment, intent = payment_of(call, invoice), intent_of(call, invoice)
    if payment and payment["status"] == "open":
        with call.changing(payment):
            payment["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = ids.now()
    if intent and intent["status"] in OPEN:
        payment_intents.cancel(call, intent, reason)


@jobs.job("invoice.overdue")
def overdue(call: Call, invoice_id: str) -> None:
    """The due date has passed."""
    invoice = call.get("invoice", invoice_id)
    if invoice and invoice["status"] == "open":
        call.emit("invoice.overdue", invoice)


@jobs.job("invoice.advance")
def advance(call: Call, invoice_id: str) -> None:
    """An hour after its creation a draft with ``auto_advance`` is finalized and collected."""
    invoice = call.get("invoice", invoice_id)
    if not invoice or invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    finalize(call, invoice)
    if invoice["collection_method"] == "send_invoice":
        call.emit("invoice.sent", invoice)
        return
    try:
        pay(call, invoice, {})
    except errors.StripeError:
        # Nobody is there to be told: the invoice's own events carry the failure.
        return
