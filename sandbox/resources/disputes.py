"""Disputes: opened by test cards or by hand, answered with evidence, won and lost."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import confirmation, errors, ids, jobs, shape
from sandbox.api import Call, merge, route
from sandbox.pages.control import action
from sandbox.params import Params
from sandbox.resources import early_fraud_warnings, payment_methods
from sandbox.resources.balance_transactions import book
from sandbox.store import Body

URL = "/v1/disputes"
FEE = 1500
WEEK = 7 * 24 * 3600
VERDICT_SECONDS = 2.0
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6.1"}
# Characters that Stripe takes in one field of evidence, and in all of them.
LONGEST_TEXT, LONGEST = 20_000, 150_000
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
# What a bank decides is written in the evidence: Stripe's test values,
# https://docs.stripe.com/testing#evidence.
ESCALATED = "escalated"
VERDICTS = {
    "winning_evidence": "won",
    "losing_evidence": "lost",
    "escalate_inquiry_evidence": ESCALATED,
}


def new(call: Call, charge: Body, reason: str, *, inquiry: bool = False, amount: int = 0) -> Body:
    """Open a dispute over a charge (``amount`` cents, all by default) and withdraw the money.

    An inquiry withdraws nothing.
    """
    method = call.need("payment_method", charge["payment_method"])
    brand = (method.get("card") or {"brand": "visa"})["brand"]
    code = NETWORK_CODES.get(reason)
    card = {"brand": brand, "network": brand, "network_reason_code": code}
    card["case_type"] = "inquiry" if inquiry else "chargeback"
    body: dict[str, Any] = {
        "id": ids.new("du"),
        "object": "dispute",
        "amount": amount or charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": ids.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": _details(),
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": card},
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    dispute = shape.complete(stripe.Dispute, body)
    charge["disputed"] = True
    call.store.save(charge)
    if not inquiry:
        _move(call, dispute, -1)
    call.create(dispute, "charge.dispute.created")
    if not inquiry:
        call.emit("charge.dispute.funds_withdrawn", dispute)
    early_fraud_warnings.answered(call, charge)
    return dispute


def _details() -> Body:
    return {
        "due_by": ids.now() + WEEK,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
    }


def _move(call: Call, dispute: Body, sign: int) -> None:
    """Withdraw the amount and a fee, or give the amount back; the fee stays with Stripe."""
    taken = sign < 0
    moved = book(
        call,
        "adjustment",
        sign * dispute["amount"],
        dispute,
        fee=FEE if taken else 0,
        fee_text="Dispute fee",
        category="dispute" if taken else "dispute_reversal",
        at_once=True,
        description=f"Chargeback {'withdrawal' if taken else 'reversal'} for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]


def close(call: Call, dispute: Body, verdict: str) -> Body:
    """End a dispute: ``won`` gives the money back, ``lost`` does not; an inquiry just closes."""
    if dispute["status"] not in OPEN:
        message = f"This dispute is already closed, with the status {dispute['status']}."
        raise errors.invalid(message)
    inquiry = dispute["status"].startswith("warning_")
    won = verdict == "won" and not inquiry
    with call.changing(dispute):
        dispute["status"] = "warning_closed" if inquiry else verdict
        dispute["is_charge_refundable"] = won or inquiry
        if won:
            _move(call, dispute, 1)
    if won:
        call.emit("charge.dispute.funds_reinstated", dispute)
    call.emit("charge.dispute.closed", dispute)
    return dispute


def escalate(call: Call, dispute: Body) -> Body:
    """Make a dispute of an inquiry: the money is withdrawn, and it is to be answered again."""
    if not dispute["status"].startswith("warning_"):
        raise errors.invalid("Only an inquiry can be escalated.")
    with call.changing(dispute, "charge.dispute.updated"):
        dispute["status"] = "needs_response"
        dispute["is_charge_refundable"] = False
        dispute["evidence_details"] = _details()
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
        _move(call, dispute, -1)
    call.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


@confirmation.after_charge
def by_test_card(call: Call, charge: Body) -> None:
    """Some test cards dispute what they pay, or draw a warning."""
    method = call.need("payment_method", charge["payment_method"])
    card = payment_methods.behaviour(method)
    if card.fraud_warning:
        early_fraud_warnings.new(call, charge)
    if card.dispute:
        new(call, charge, card.dispute, inquiry=card.inquiry)


@jobs.job("dispute.verdict")
def verdict(call: Call, dispute_id: str, decided: str) -> None:
    """The bank has read the evidence."""
    dispute = call.need("dispute", dispute_id)
    if dispute["status"] not in OPEN:
        return
    if decided == ESCALATED:
        escalate(call, dispute)
    else:
        close(call, dispute, decided)


@action("open_dispute")
def open_dispute(call: Call, given: Body) -> Body:
    """``{"charge": "ch_…", "reason": "fraudulent", "amount": cents, "inquiry": false}``."""
    charge = call.need("charge", given.get("charge", ""), param="charge")
    if not charge["paid"] or charge["disputed"]:
        raise errors.invalid("Only a paid charge without a dispute can be disputed.", "charge")
    reason, amount = given.get("reason") or "fraudulent", int(given.get("amount") or 0)
    return new(call, charge, reason, inquiry=bool(given.get("inquiry")), amount=amount)


@action("escalate_dispute")
def escalate_dispute(call: Call, given: Body) -> Body:
    """``{"dispute": "du_…"}``: an inquiry becomes a dispute."""
    return escalate(call, call.need("dispute", given.get("dispute", ""), param="dispute"))


@action("close_dispute")
def close_dispute(call: Call, given: Body) -> Body:
    """``{"dispute": "du_…", "outcome": "won|lost"}``."""
    dispute = call.need("dispute", given.get("dispute", ""), param="dispute")
    if given.get("outcome") not in ("won", "lost"):
        raise errors.invalid("Invalid outcome: must be one of won or lost", "outcome")
    return close(call, dispute, given["outcome"])


@route("GET", URL, sdk.DisputeListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by charge or intent."""
    where = {name: params.get(name) for name in ("charge", "payment_intent")}
    return call.page("dispute", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("dispute", id_)


@route("POST", URL + "/<id_>", sdk.DisputeUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Stage evidence, and submit it unless ``submit`` says no."""
    dispute = call.need("dispute", id_)
    evidence = params.get("evidence") or {}
    if evidence and dispute["status"] not in OPEN:
        raise errors.invalid("This dispute is already closed.", "evidence")
    _check(evidence)
    with call.changing(dispute, "charge.dispute.updated"):
        merge(dispute, {k: v for k, v in params.items() if k in ("evidence", "metadata")})
        dispute.update(shape.complete(stripe.Dispute, dispute))
        dispute["evidence_details"]["has_evidence"] = _any(dispute["evidence"])
        if params.get("submit", bool(evidence)):
            _submit(call, dispute)
    return dispute


def _check(evidence: Body) -> None:
    """Refuse what is too long for a bank, and an address that is none."""
    texts = {name: text for name, text in evidence.items() if isinstance(text, str)}
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            message = f"Invalid string: must be at most {LONGEST_TEXT} characters"
            raise errors.invalid(message, f"evidence[{name}]")
    if sum(map(len, texts.values())) > LONGEST:
        message = f"The combined character count of all evidence is limited to {LONGEST}."
        raise errors.invalid(message, "evidence")
    email = texts.get("customer_email_address")
    if email and "@" not in email:
        param = "evidence[customer_email_address]"
        raise errors.invalid(f"Invalid email address: {email}", param)


def _any(evidence: Body) -> bool:
    return any(value for name, value in evidence.items() if name != "enhanced_evidence")


def _submit(call: Call, dispute: Body) -> None:
    inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_under_review" if inquiry else "under_review"
    dispute["evidence_details"]["submission_count"] += 1
    decided = VERDICTS.get(dispute["evidence"]["uncategorized_text"] or "")
    if decided:
        call.later(VERDICT_SECONDS, "dispute.verdict", dispute["id"], decided)


@route("POST", URL + "/<id_>/close")
def close_it(call: Call, _: Params, id_: str) -> Body:
    """Give in: the dispute is lost."""
    return close(call, call.need("dispute", id_), "lost")
