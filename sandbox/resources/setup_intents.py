"""Setup intents: a card saved for later, without a charge."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import cards, confirmation, errors, ids, outcomes, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body

URL = "/v1/setup_intents"
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILED = cards.Decline(
    "setup_intent_authentication_failure",
    None,
    "The latest attempt to set up the payment method has failed because authentication failed.",
)


def new(call: Call, params: Params) -> Body:
    """Create; not confirmed yet."""
    id_ = ids.new("seti")
    body: dict[str, Any] = {
        "id": id_,
        "object": "setup_intent",
        "automatic_payment_methods": None,
        "client_secret": f"{id_}_secret_{ids.random_text(25)}",
        "created": ids.now(),
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    body = shape.complete(stripe.SetupIntent, body)
    _apply(call, body, params)
    return call.create(body, "setup_intent.created")


def _apply(call: Call, body: Body, params: Params) -> None:
    if params.get("customer"):
        call.need("customer", params["customer"], param="customer")
    merge(body, {k: v for k, v in params.items() if k != "payment_method"})
    if params.get("payment_method"):
        body["payment_method"] = payment_methods.resolve(call, params["payment_method"])["id"]
        body["status"] = "requires_confirmation"
    if params.get("return_url"):
        body["_return_url"] = params["return_url"]
    body.update(shape.complete(stripe.SetupIntent, body))


def confirm(call: Call, intent: Body, params: Params) -> Body:
    """Save the card, ask for authentication, or raise the card's 402."""
    with call.changing(intent):
        _apply(call, intent, params)
    if intent["status"] not in OPEN or not intent["payment_method"]:
        raise unexpected(intent, "confirm")
    method = call.need("payment_method", intent["payment_method"])
    card = cards.by_number(method["_number"])
    if card.secure and not intent.get("_authenticated"):
        with call.changing(intent):
            intent["status"] = "requires_action"
            intent["next_action"] = confirmation.next_action(call, intent, params)
        call.emit("setup_intent.requires_action", intent)
        return intent
    if card.decline and not (card.declines_after_attach or card.secure):
        raise fail(call, intent, card.decline)
    return succeed(call, intent)


def succeed(call: Call, intent: Body) -> Body:
    """The card is saved, with the customer if there is one."""
    method = call.need("payment_method", intent["payment_method"])
    method["_set_up"] = True
    call.store.save(method)
    if intent["customer"]:
        payment_methods.attach_to(call, method["id"], intent["customer"])
    with call.changing(intent):
        intent["status"] = "succeeded"
        intent["next_action"] = intent["last_setup_error"] = None
    call.emit("setup_intent.succeeded", intent)
    return intent


def fail(call: Call, intent: Body, decline: cards.Decline) -> errors.StripeError:
    """Record the failure and return (not raise) the 402 that tells it."""
    method = call.need("payment_method", intent["payment_method"])
    with call.changing(intent):
        intent["status"] = "requires_payment_method"
        intent["payment_method"] = intent["next_action"] = None
        intent["last_setup_error"] = outcomes.failure(decline, None, method)
    call.emit("setup_intent.setup_failed", intent)
    return payment_methods.declined(decline, setup_intent=intent, payment_method=method)


def unexpected(intent: Body, verb: str) -> errors.StripeError:
    """400 ``setup_intent_unexpected_state``."""
    message = f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}."
    code = "setup_intent_unexpected_state"
    return errors.StripeError(message, code=code, setup_intent=intent)


@route("POST", URL, sdk.SetupIntentCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create, and confirm when asked."""
    intent = new(call, params)
    wanted = ("return_url", "use_stripe_sdk")
    rest = {name: params[name] for name in wanted if name in params}
    return confirm(call, intent, rest) if params.get("confirm") else intent


@route("GET", URL, sdk.SetupIntentListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer or payment method."""
    where = {name: params.get(name) for name in ("customer", "payment_method")}
    return call.page("setup_intent", params, URL, **where)


@route("GET", URL + "/<id_>", sdk.SetupIntentRetrieveParams, publishable=True)
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    intent = call.need("setup_intent", id_)
    call.check_secret(intent)
    return intent


@route("POST", URL + "/<id_>", sdk.SetupIntentUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change."""
    intent = call.need("setup_intent", id_)
    with call.changing(intent):
        _apply(call, intent, params)
    return intent


@route("POST", URL + "/<id_>/confirm", sdk.SetupIntentConfirmParams, publishable=True)
def confirm_it(call: Call, params: Params, id_: str) -> Body:
    """Confirm."""
    intent = call.need("setup_intent", id_)
    call.check_secret(intent)
    params.pop("client_secret", None)
    return confirm(call, intent, params)


@route("POST", URL + "/<id_>/cancel", sdk.SetupIntentCancelParams)
def cancel(call: Call, params: Params, id_: str) -> Body:
    """Cancel."""
    intent = call.need("setup_intent", id_)
    if intent["status"] not in OPEN:
        raise unexpected(intent, "cancel")
    with call.changing(intent):
        intent["status"] = "canceled"
        intent["cancellation_reason"] = params.get("cancellation_reason")
    call.emit("setup_intent.canceled", intent)
    return intent
