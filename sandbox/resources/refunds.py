"""Refunds: partial, several, refused beyond what is left, pending, failing, canceled."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import errors, ids, jobs, money, shape
from sandbox.api import Call, merge, merged_metadata, route
from sandbox.pages.control import action
from sandbox.params import Params
from sandbox.resources import early_fraud_warnings, payment_methods
from sandbox.resources.balance_transactions import book
from sandbox.store import Body

URL = "/v1/refunds"
OUTCOME_SECONDS = 2.0
NEITHER = (
    "One of the following params should be provided for this request: payment_intent or charge."
)
# A dispute in these states leaves the money with the merchant, so it can still be refunded.
REFUNDABLE_DISPUTES = ("won", "warning_needs_response", "warning_under_review", "warning_closed")


def new(call: Call, charge: Body, params: Params) -> Body:
    """Refund ``amount`` cents of a charge, all that is left by default."""
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(call, charge, amount, left)
    method = call.need("payment_method", charge["payment_method"])
    wish = payment_methods.behaviour(method).refunds
    body = _body(charge, amount, params, method["type"])
    body["status"] = "pending" if wish == "pending" else "succeeded"
    body["pending_reason"] = "processing" if wish == "pending" else None
    memo = f"REFUND FOR CHARGE ({charge['description']})"
    moved = book(call, "refund", -amount, body, at_once=True, description=memo)
    body["balance_transaction"] = moved["id"]
    call.create(body, "refund.created")
    _count(call, charge, amount)
    call.emit("charge.refunded", charge)
    if charge["refunded"]:
        early_fraud_warnings.answered(call, charge)
    if wish:
        call.later(OUTCOME_SECONDS, "refund.outcome", body["id"], wish)
    return body


def _check(call: Call, charge: Body, amount: int, left: int) -> None:
    if not charge["paid"] or not charge["captured"]:
        message = f"Charge {charge['id']} has not been paid and captured, so it can't be refunded."
        raise errors.invalid(message, "charge", "charge_not_refundable")
    if _lost_to_dispute(call, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise errors.invalid(message, code="charge_disputed")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise errors.invalid(message, code="charge_already_refunded")
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise errors.invalid(message, "amount", "parameter_invalid_integer")
    if amount > left:
        whole = left == charge["amount"]
        bound = "charge amount" if whole else "unrefunded amount on charge"
        wanted, most = (money.text(n, charge["currency"]) for n in (amount, left))
        raise errors.invalid(f"Refund amount ({wanted}) is greater than {bound} ({most})", "amount")


def _lost_to_dispute(call: Call, charge: Body) -> bool:
    disputes = call.store.find("dispute", charge=charge["id"])
    return any(d["status"] not in REFUNDABLE_DISPUTES for d in disputes)


def _body(charge: Body, amount: int, params: Params, kind: str) -> Body:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
    details: Body = {"type": kind}
    if kind == "card":
        details["card"] = card | {"type": "refund"}
    body: dict[str, Any] = {
        "id": ids.new("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": ids.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": details,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
    }
    merge(body, {"metadata": params.get("metadata")})
    return shape.complete(stripe.Refund, body)


def _count(call: Call, charge: Body, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.store.save(charge)


def _change(call: Call, refund: Body, **fields: Any) -> None:
    """Write fields and tell it twice, under the new name and the old one, as Stripe does."""
    with call.changing(refund, "refund.updated"):
        refund.update(fields)
    call.emit("charge.refund.updated", refund)


def fail(call: Call, refund: Body, reason: str = "expired_or_canceled_card") -> Body:
    """The bank sends the refund back: the money returns to the balance."""
    if refund["status"] in ("failed", "canceled"):
        raise errors.invalid(f"Refund {refund['id']} is already {refund['status']}.")
    _undo(call, refund, "failed", failure_reason=reason)
    call.emit("refund.failed", refund)
    return refund


def _undo(call: Call, refund: Body, status: str, **fields: Any) -> None:
    memo = f"REFUND FAILURE ({refund['id']})"
    back = book(call, "refund_failure", refund["amount"], refund, at_once=True, description=memo)
    _count(call, call.need("charge", refund["charge"]), -refund["amount"])
    fields |= {"failure_balance_transaction": back["id"], "pending_reason": None}
    _change(call, refund, status=status, **fields)


@jobs.job("refund.outcome")
def outcome(call: Call, refund_id: str, wish: str) -> None:
    """What a test card's refund comes to."""
    refund = call.need("refund", refund_id)
    if wish == "fail" and refund["status"] == "succeeded":
        fail(call, refund)
    if wish == "pending" and refund["status"] == "pending":
        _change(call, refund, status="succeeded", pending_reason=None)


@action("fail_refund")
def fail_refund(call: Call, given: Body) -> Body:
    """``{"refund": "re_…", "reason": optional}``."""
    refund = call.need("refund", given.get("refund", ""), param="refund")
    return fail(call, refund, given.get("reason") or "expired_or_canceled_card")


@route("POST", URL, sdk.RefundCreateParams)
def create(call: Call, params: Params) -> Body:
    """Refund a charge, or the charge of an intent."""
    return new(call, _charge(call, params), params)


def _charge(call: Call, params: Params) -> Body:
    if "charge" in params:
        return call.need("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise errors.invalid(NEITHER, code="parameter_missing")
    intent = call.need("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to "
        message += "refund."
        raise errors.invalid(message, "payment_intent", "payment_intent_unexpected_state")
    return call.need("charge", intent["latest_charge"])


@route("GET", URL, sdk.RefundListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by charge or intent."""
    where = {name: params.get(name) for name in ("charge", "payment_intent")}
    return call.page("refund", params, URL, **where)


@route("GET", "/v1/charges/<id_>/refunds", sdk.ChargeListRefundsParams)
def list_for_charge(call: Call, params: Params, id_: str) -> Body:
    """List one charge's."""
    call.need("charge", id_)
    return call.page("refund", params, f"/v1/charges/{id_}/refunds", charge=id_)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("refund", id_)


@route("POST", URL + "/<id_>", sdk.RefundUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change metadata, the only thing that can change."""
    refund = call.need("refund", id_)
    metadata = merged_metadata(refund["metadata"], params.get("metadata"))
    if metadata != refund["metadata"]:
        _change(call, refund, metadata=metadata)
    return refund


@route("POST", URL + "/<id_>/cancel")
def cancel(call: Call, _: Params, id_: str) -> Body:
    """Cancel what has not reached the bank."""
    refund = call.need("refund", id_)
    if refund["status"] not in ("requires_action", "pending"):
        message = f"You cannot cancel this refund because it has a status of {refund['status']}."
        raise errors.invalid(message)
    _undo(call, refund, "canceled")
    return refund
