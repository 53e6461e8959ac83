"""How an intent is paid: authenticate, charge, succeed or fail, and who hears of it.

Events come in the order Stripe usually sends them: charge.succeeded, payment_intent.succeeded,
what hangs on the intent (a checkout session, an invoice), charge.updated with the balance
transaction, then disputes that a test card opens.
"""

from collections.abc import Callable
from typing import Any

from sandbox import cards, errors, ids, jobs
from sandbox.api import Call
from sandbox.errors import DOCS
from sandbox.resources import charges, payment_methods
from sandbox.store import Body

Observer = Callable[[Call, Body], None]
OBSERVERS: list[Observer] = []
AFTER_CHARGE: list[Observer] = []
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


def observer(watch: Observer) -> Observer:
    """Register ``watch(call, intent)``: it runs after an intent has changed its status."""
    OBSERVERS.append(watch)
    return watch


def after_charge(act: Observer) -> Observer:
    """Register ``act(call, charge)``: it runs once a charge has settled (disputes by test card)."""
    AFTER_CHARGE.append(act)
    return act


def notify(call: Call, intent: Body) -> None:
    """Tell whoever hangs on this intent."""
    for watch in OBSERVERS:
        watch(call, intent)


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


def succeed(call: Call, intent: Body, method: Body) -> Body:
    """The money is taken, or held when it is to be captured later."""
    held = intent["capture_method"] == "manual"
    body = charges.new(call, intent, method, None)
    body["captured"] = not held
    body["amount_captured"] = 0 if held else body["amount"]
    call.create(body, "charge.succeeded")
    with call.changing(intent):
        intent["latest_charge"] = body["id"]
        intent["next_action"] = intent["last_payment_error"] = None
        intent["status"] = "requires_capture" if held else "succeeded"
        intent["amount_capturable" if held else "amount_received"] = intent["amount"]
    _keep_card(call, intent, method)
    if held:
        call.emit("payment_intent.amount_capturable_updated", intent)
        notify(call, intent)
        return intent
    return _finish(call, intent, body)


def _finish(call: Call, intent: Body, body: Body) -> Body:
    call.emit("payment_intent.succeeded", intent)
    notify(call, intent)
    charges.settle(call, body)
    for act in AFTER_CHARGE:
        act(call, body)
    return intent


def capture(call: Call, intent: Body, amount: int) -> Body:
    """Take ``amount`` cents of what is held; the rest goes back."""
    body = call.need("charge", intent["latest_charge"])
    charges.take(call, body, amount)
    call.emit("charge.captured", body)
    with call.changing(intent):
        intent["amount_capturable"] = 0
        intent["amount_received"] = amount
        intent["status"] = "succeeded"
    return _finish(call, intent, body)


def _keep_card(call: Call, intent: Body, method: Body) -> None:
    """``setup_future_usage`` saves the card with the customer."""
    if not intent["setup_future_usage"]:
        return
    method["_set_up"] = True
    call.store.save(method)
    if intent["customer"] and method["customer"] is None:
        payment_methods.attach_to(call, method["id"], intent["customer"])


def fail(
    call: Call, intent: Body, method: Body, decline: cards.Decline, *, charged: bool = True
) -> errors.StripeError:
    """Record the failure and return (not raise) the 402 that tells it."""
    attempt = None
    if charged:
        attempt = call.create(charges.new(call, intent, method, decline), "charge.failed")
    with call.changing(intent):
        intent["status"] = "requires_payment_method"
        intent["payment_method"] = intent["next_action"] = None
        intent["latest_charge"] = attempt["id"] if attempt else intent["latest_charge"]
        intent["last_payment_error"] = failure(decline, attempt, method)
        intent.pop("_authenticated", None)
    call.emit("payment_intent.payment_failed", intent)
    notify(call, intent)
    told = {"charge": attempt["id"]} if attempt else {}
    return payment_methods.declined(decline, payment_intent=intent, payment_method=method, **told)


def failure(decline: cards.Decline, attempt: Body | None, method: Body) -> Body:
    """The hash of ``last_payment_error`` and ``last_setup_error``."""
    return {
        "advice_code": None,
        "charge": attempt["id"] if attempt else None,
        "code": decline.code,
        "decline_code": decline.reason,
        "doc_url": DOCS + decline.code.replace("_", "-"),
        "message": decline.message,
        "network_advice_code": None,
        "network_decline_code": None,
        "param": None,
        "payment_intent": None,
        "payment_method": method,
        "payment_method_type": method["type"],
        "request_log_url": None,
        "setup_intent": None,
        "source": None,
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
    }


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
    _finish(call, intent, body)


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
