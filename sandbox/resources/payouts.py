"""Payouts to the bank: created, paid a moment later, or failed by hand."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import errors, ids, jobs, shape
from sandbox.api import Call, merge, route
from sandbox.pages.control import action
from sandbox.params import Params
from sandbox.resources.balance_transactions import available, book, take_along
from sandbox.store import Body

URL = "/v1/payouts"
ARRIVAL_SECONDS = 2.0
TOO_LITTLE = (
    "You have insufficient funds in your Stripe account. One likely reason you have insufficient "
    "funds is that your funds are automatically being paid out; try enabling manual payouts by "
    "going to https://dashboard.stripe.com/account/payouts."
)


@route("POST", URL, sdk.PayoutCreateParams)
def create(call: Call, params: Params) -> Body:
    """Pay out ``amount`` cents of what is available."""
    amount, currency = params["amount"], params["currency"].lower()
    if amount > available(call, currency):
        raise errors.invalid(TOO_LITTLE, code="balance_insufficient")
    return _new(call, amount, currency, params)


@action("pay_out")
def pay_out(call: Call, given: Body) -> Body:
    """``{"currency": "usd"}``: what Stripe does by itself every day with all that is available."""
    currency = str(given.get("currency") or "usd")
    amount = available(call, currency)
    if amount < 1:
        raise errors.invalid(TOO_LITTLE, code="balance_insufficient")
    return _new(call, amount, currency, {"description": "STRIPE PAYOUT"}, automatic=True)


def _new(
    call: Call, amount: int, currency: str, params: Params, *, automatic: bool = False
) -> Body:
    body: dict[str, Any] = {
        "id": ids.new("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": ids.now(),
        "automatic": automatic,
        "created": ids.now(),
        "currency": currency,
        "description": params.get("description"),
        "destination": None,
        "livemode": False,
        "metadata": {},
        "method": params.get("method", "standard"),
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
    }
    merge(body, {"metadata": params.get("metadata")})
    payout = shape.complete(stripe.Payout, body)
    payout["balance_transaction"] = book(call, "payout", -amount, payout, at_once=True)["id"]
    if automatic:
        take_along(call, currency, payout["id"])
    call.create(payout, "payout.created")
    if automatic:
        call.emit("payout.reconciliation_completed", payout)
    call.later(ARRIVAL_SECONDS, "payout.arrive", payout["id"])
    return payout


@jobs.job("payout.arrive")
def arrive(call: Call, payout_id: str) -> None:
    """The bank has the money."""
    payout = call.need("payout", payout_id)
    if payout["status"] == "pending":
        with call.changing(payout):
            payout["status"] = "paid"
        call.emit("payout.paid", payout)


@action("fail_payout")
def fail(call: Call, given: Body) -> Body:
    """``{"payout": "po_…"}``: the bank sends it back."""
    payout = call.need("payout", given.get("payout", ""), param="payout")
    if payout["status"] not in ("pending", "paid"):
        raise errors.invalid(f"This payout is already {payout['status']}.", "payout")
    back = book(call, "payout_failure", payout["amount"], payout, at_once=True)
    with call.changing(payout):
        payout["status"] = "failed"
        payout["failure_balance_transaction"] = back["id"]
        payout["failure_code"] = "account_closed"
        payout["failure_message"] = "The bank account has been closed."
    call.emit("payout.failed", payout)
    return payout


@route("GET", URL, sdk.PayoutListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by status or arrival."""
    where = {name: params.get(name) for name in ("status", "arrival_date")}
    return call.page("payout", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("payout", id_)


@route("POST", URL + "/<id_>", sdk.PayoutUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change metadata."""
    payout = call.need("payout", id_)
    with call.changing(payout, "payout.updated"):
        merge(payout, params)
    return payout
