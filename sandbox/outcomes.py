"""What an attempt to pay comes to: money taken, held or refused, and who hears of it.

Events come in the order Stripe usually sends them: charge.succeeded, payment_intent.succeeded,
what hangs on the intent (a checkout session, an invoice), charge.updated with the balance
transaction, then disputes that a test card opens.
"""

from collections.abc import Callable

from sandbox import cards, errors
from sandbox.api import Call
from sandbox.errors import DOCS
from sandbox.resources import charges, payment_methods
from sandbox.store import Body

Observer = Callable[[Call, Body], None]
OBSERVERS: list[Observer] = []
AFTER_CHARGE: list[Observer] = []


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
    return finish(call, intent, body)


def finish(call: Call, intent: Body, body: Body) -> Body:
    """The charge is paid: tell it, tell who waits for it, put it on the balance."""
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
    return finish(call, intent, body)


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
