"""Payment intents: the calls; what happens on confirmation is in ``sandbox.confirmation``."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import confirmation, errors, ids, intent_rules, outcomes, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body

URL = "/v1/payment_intents"
OPEN = intent_rules.OPEN


def new(call: Call, params: Params) -> Body:
    """Create from the create call's parameters; not confirmed yet. Emits payment_intent.created."""
    amount, currency = intent_rules.amount(params)
    given = params.get("payment_method_types")
    automatic = params.get("automatic_payment_methods", None if given else {"enabled": True})
    id_ = ids.new("pi")
    body: dict[str, Any] = {
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": automatic and {"allow_redirects": "always", **automatic},
        "capture_method": "automatic_async",
        "client_secret": f"{id_}_secret_{ids.random_text(25)}",
        "confirmation_method": "automatic",
        "created": ids.now(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": given or ["card", "link"],
        "status": "requires_payment_method",
    }
    body = shape.complete(stripe.PaymentIntent, body)
    apply(call, body, {k: v for k, v in params.items() if k != "automatic_payment_methods"})
    return call.create(body, "payment_intent.created")


def apply(call: Call, body: Body, params: Params) -> None:
    """Write the shared parameters of create, update and confirm into an intent."""
    if params.get("customer"):
        call.need("customer", params["customer"], param="customer")
    method = _method(call, params)
    skipped = ("payment_method", "amount_details")
    merge(body, {k: v for k, v in params.items() if k not in skipped})
    body["currency"] = body["currency"].lower()
    if method:
        intent_rules.check_owner(body, method)
        body["payment_method"] = method["id"]
        body["status"] = "requires_confirmation"
    if isinstance(params.get("off_session"), bool | str):
        body["_off_session"] = params["off_session"] not in (False, "false")
    body.update(shape.complete(stripe.PaymentIntent, body))


def _method(call: Call, params: Params) -> Body | None:
    if params.get("payment_method"):
        return payment_methods.resolve(call, params["payment_method"])
    if "payment_method_data" in params:
        return payment_methods.new(call, params["payment_method_data"])
    return None


def confirm(call: Call, intent: Body, params: Params) -> Body:
    """Confirm: succeed, ask for authentication, or raise the card's 402 (effects stay)."""
    if intent["status"] not in OPEN:
        raise intent_rules.unexpected(intent, intent_rules.confirm_text(intent))
    with call.changing(intent):
        apply(call, intent, params)
        if params.get("return_url"):
            intent["_return_url"] = params["return_url"]
    if not intent["payment_method"]:
        raise intent_rules.unexpected(intent, intent_rules.NO_METHOD)
    intent_rules.check_return(intent, from_browser=call.publishable)
    return confirmation.run(call, intent, params)


def cancel(call: Call, intent: Body, reason: str | None) -> Body:
    """Cancel an intent that has not taken money; held money goes back."""
    allowed = (*OPEN, "requires_capture")
    if intent["status"] not in allowed:
        words = {"verb": "cancel", "ending": "ed", "allowed": ", ".join(allowed)}
        raise intent_rules.unexpected(
            intent, intent_rules.CANNOT.format(status=intent["status"], **words)
        )
    if intent["status"] == "requires_capture":
        _release(call, intent)
    with call.changing(intent):
        intent["status"] = "canceled"
        intent["canceled_at"] = ids.now()
        intent["cancellation_reason"] = reason
        intent["amount_capturable"] = 0
        intent["next_action"] = None
    call.emit("payment_intent.canceled", intent)
    outcomes.notify(call, intent)
    return intent


def _release(call: Call, intent: Body) -> None:
    charge = call.need("charge", intent["latest_charge"])
    with call.changing(charge):
        charge["refunded"] = True
        charge["amount_refunded"] = charge["amount"]
    call.emit("charge.refunded", charge)


@route("POST", URL, sdk.PaymentIntentCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create, and confirm when asked."""
    if not params.get("confirm"):
        for name in ("return_url", "off_session", "error_on_requires_action"):
            if name in params:
                message = f"The parameter `{name}` cannot be passed when creating a PaymentIntent "
                raise errors.invalid(message + "unless `confirm` is set to true.", name)
        return new(call, params)
    intent = new(call, params)
    rest = ("return_url", "off_session", "error_on_requires_action", "use_stripe_sdk")
    return confirm(call, intent, {name: params[name] for name in rest if name in params})


@route("GET", URL, sdk.PaymentIntentListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer."""
    return call.page("payment_intent", params, URL, customer=params.get("customer"))


@route("GET", URL + "/<id_>", sdk.PaymentIntentRetrieveParams, publishable=True)
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    intent = call.need("payment_intent", id_)
    call.check_secret(intent)
    return intent


@route("POST", URL + "/<id_>", sdk.PaymentIntentUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change an intent; its amount only while nothing has been taken."""
    intent = call.need("payment_intent", id_)
    for field in ("amount", "currency", "customer", "payment_method"):
        if field in params and intent["status"] not in OPEN:
            raise intent_rules.unexpected(
                intent, intent_rules.STATE.format(field=field, status=intent["status"])
            )
    if "amount" in params:
        intent_rules.check_amount(
            params["amount"], str(params.get("currency", intent["currency"])).lower()
        )
    with call.changing(intent):
        apply(call, intent, params)
    return intent


@route("POST", URL + "/<id_>/confirm", sdk.PaymentIntentConfirmParams, publishable=True)
def confirm_it(call: Call, params: Params, id_: str) -> Body:
    """Confirm."""
    intent = call.need("payment_intent", id_)
    call.check_secret(intent)
    intent_rules.check_free(call, intent)
    params.pop("client_secret", None)
    return confirm(call, intent, params)


@route("POST", URL + "/<id_>/capture", sdk.PaymentIntentCaptureParams)
def capture(call: Call, params: Params, id_: str) -> Body:
    """Take held money: ``amount_to_capture`` cents, all by default."""
    intent = call.need("payment_intent", id_)
    amount = intent_rules.to_capture(intent, params)
    with call.changing(intent):
        merge(intent, {"metadata": params.get("metadata")})
    return outcomes.capture(call, intent, amount)


@route("POST", URL + "/<id_>/cancel", sdk.PaymentIntentCancelParams)
def cancel_it(call: Call, params: Params, id_: str) -> Body:
    """Cancel."""
    intent = call.need("payment_intent", id_)
    intent_rules.check_free(call, intent)
    return cancel(call, intent, params.get("cancellation_reason"))
