"""How an intent is confirmed: authenticate the customer, charge the card, or start a debit."""

from typing import Any

from sandbox import cards, errors, ids, jobs, outcomes
from sandbox.api import Call
from sandbox.outcomes import fail, notify, succeed
from sandbox.resources import charges, payment_methods
from sandbox.store import Body

DEBIT_SECONDS = 2.0
FAILING_ACCOUNTS = ("AT861904300235473202", "IT60X0542811101000000123456")
AUTHENTICATION_FAILED = cards.Decline(
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
)
DEBIT_FAILED = cards.Decline(
    "charge_failed", None, "The customer's bank account could not be debited."
)

# Where other resources register to hear of an intent's changes.
observer, after_charge = outcomes.observer, outcomes.after_charge


def run(call: Call, intent: Body, params: dict[str, Any]) -> Body:
    """Confirm an intent that has a payment method; raises the card's 402 after recording it."""
    method = call.need("payment_method", intent["payment_method"])
    if method["type"] != "card":
        return _debit(call, intent, method)
    card = payment_methods.behaviour(method)
    if _must_authenticate(intent, method, card):
        if intent.get("_off_session") or params.get("error_on_requires_action"):
            raise fail(call, intent, method, cards.MUST_AUTHENTICATE)
        return _ask(call, intent, params)
    return charge(call, intent)


def _must_authenticate(intent: Body, method: Body, card: cards.Card) -> bool:
    if intent.get("_authenticated"):
        return False
    asked = ((intent["payment_method_options"] or {}).get("card") or {}).get(
        "request_three_d_secure"
    )
    saved = bool(method.get("_set_up"))
    wanted = card.secure == "always" or (card.secure == "unless_saved" and not saved)
    return wanted or (asked in ("any", "challenge") and card.brand != "amex")


def _ask(call: Call, intent: Body, params: dict[str, Any]) -> Body:
    """The customer must authenticate: on a page of ours, or by Stripe.js."""
    with call.changing(intent):
        intent["status"] = "requires_action"
        intent["next_action"] = next_action(call, intent, params)
    call.emit(f"{intent['object']}.requires_action", intent)
    notify(call, intent)
    return intent


def next_action(call: Call, intent: Body, params: dict[str, Any]) -> Body:
    """Where to authenticate."""
    page = f"{call.base_url}/3ds/{intent['id']}"
    intent["_return_url"] = params.get("return_url") or intent.get("_return_url")
    if intent["_return_url"] and not params.get("use_stripe_sdk"):
        target = {"return_url": intent["_return_url"], "url": page}
        return {"type": "redirect_to_url", "redirect_to_url": target}
    script = {"type": "three_d_secure_redirect", "stripe_js": page, "source": ids.new("src")}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": script}


def charge(call: Call, intent: Body) -> Body:
    """Charge the card of an intent that needs no (more) authentication."""
    method = call.need("payment_method", intent["payment_method"])
    card = payment_methods.behaviour(method)
    if card.decline:
        raise fail(call, intent, method, card.decline)
    return succeed(call, intent, method)


def _debit(call: Call, intent: Body, method: Body) -> Body:
    """A bank debit takes its time: processing first, the outcome later."""
    body = charges.new(call, intent, method, None, status="pending", paid=False, captured=True)
    body["amount_captured"] = body["amount"]
    call.create(body, "charge.pending")
    with call.changing(intent):
        intent["status"] = "processing"
        intent["latest_charge"] = body["id"]
    call.emit("payment_intent.processing", intent)
    notify(call, intent)
    call.later(DEBIT_SECONDS, "debit.outcome", intent["id"])
    return intent


@jobs.job("debit.outcome")
def debit_outcome(call: Call, intent_id: str) -> None:
    """The bank has answered."""
    intent = call.need("payment_intent", intent_id)
    method = call.need("payment_method", intent["payment_method"])
    body = call.need("charge", intent["latest_charge"])
    if method["_number"] in FAILING_ACCOUNTS:
        body |= {"status": "failed", "failure_code": DEBIT_FAILED.code}
        body |= {"failure_message": DEBIT_FAILED.message, "amount_captured": 0, "captured": False}
        call.store.save(body)
        call.emit("charge.failed", body)
        fail(call, intent, method, DEBIT_FAILED, charged=False)
        return
    body |= {"status": "succeeded", "paid": True}
    call.store.save(body)
    call.emit("charge.succeeded", body)
    with call.changing(intent):
        intent["status"] = "succeeded"
        intent["amount_received"] = intent["amount"]
    outcomes.finish(call, intent, body)


def authenticated(call: Call, intent: Body) -> None:
    """The customer passed the 3-D Secure challenge; a decline is recorded, not raised."""
    intent["_authenticated"] = True
    try:
        charge(call, intent)
    except errors.StripeError:
        # The page's visitor is told by the redirect; the intent carries the error.
        return


def authentication_failed(call: Call, intent: Body) -> None:
    """The customer failed the challenge: no charge was tried."""
    method = call.need("payment_method", intent["payment_method"])
    fail(call, intent, method, AUTHENTICATION_FAILED, charged=False)
