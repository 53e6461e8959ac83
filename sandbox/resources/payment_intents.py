"""Payment intents: the calls; what happens on confirmation is in ``sandbox.confirmation``."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import confirmation, errors, ids, money, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body

URL = "/v1/payment_intents"
MINIMUM, MAXIMUM = 50, 99_999_999
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
NO_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
    "update the PaymentIntent with a payment method and then confirm it again, or confirm it again "
    "directly with a payment method or ConfirmationToken."
)
NO_RETURN = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because "
    "some of these payment methods might redirect your customer off of your page, you must provide "
    "a `return_url`. If you don't want to accept redirect-based payment methods, set "
    "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods"
    "[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
STATE = (
    "This PaymentIntent's {field} could not be updated because it has a status of {status}. You "
    "may only update the {field} of a PaymentIntent with one of the following statuses: "
    "requires_payment_method, requires_confirmation, requires_action."
)
CANNOT = (
    "You cannot {verb} this PaymentIntent because it has a status of {status}. Only a "
    "PaymentIntent with one of the following statuses may be {verb}{ending}: {allowed}."
)


def new(call: Call, params: Params) -> Body:
    """Create from the create call's parameters; not confirmed yet. Emits payment_intent.created."""
    amount, currency = _amount(params)
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


def _amount(params: Params) -> tuple[int, str]:
    for name in ("amount", "currency"):
        if name not in params:
            raise errors.missing(name)
    currency = params["currency"].lower()
    if currency not in money.CURRENCIES:
        message = f"Invalid currency: {params['currency']}. Stripe currently supports these "
        message += f"currencies: {', '.join(sorted(money.CURRENCIES))}"
        raise errors.invalid(message, "currency")
    check_amount(params["amount"], currency)
    return params["amount"], currency


def check_amount(amount: int, currency: str) -> None:
    """Stripe's bounds of one payment, in the smallest unit."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise errors.invalid(message, "amount", "parameter_invalid_integer")
    if amount < MINIMUM:
        least = money.text(MINIMUM, currency)
        message = f"Amount must be at least {least} {currency}"
        raise errors.invalid(message, "amount", "amount_too_small")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {money.text(MAXIMUM, currency)}"
        raise errors.invalid(message, "amount", "amount_too_large")


def apply(call: Call, body: Body, params: Params) -> None:
    """Write the shared parameters of create, update and confirm into an intent."""
    if params.get("customer"):
        call.need("customer", params["customer"], param="customer")
    method = _method(call, params)
    skipped = ("payment_method", "amount_details")
    merge(body, {k: v for k, v in params.items() if k not in skipped})
    body["currency"] = body["currency"].lower()
    if method:
        _check_owner(body, method)
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


def _check_owner(intent: Body, method: Body) -> None:
    if method["customer"] and method["customer"] != intent["customer"]:
        message = (
            "The provided PaymentMethod belongs to a customer. To use this PaymentMethod, include "
            "that customer in the request."
        )
        raise errors.invalid(message, "payment_method", "payment_method_customer_mismatch")
    if method["type"] not in intent["payment_method_types"]:
        kinds = ", ".join(intent["payment_method_types"])
        message = f"The PaymentMethod provided ({method['type']}) is not allowed for this "
        message += f"PaymentIntent. This PaymentIntent accepts the types: {kinds}."
        raise errors.invalid(message, "payment_method")


def confirm(call: Call, intent: Body, params: Params) -> Body:
    """Confirm: succeed, ask for authentication, or raise the card's 402 (effects stay)."""
    if intent["status"] not in OPEN:
        raise unexpected(intent, _confirm_text(intent))
    with call.changing(intent):
        apply(call, intent, params)
        if params.get("return_url"):
            intent["_return_url"] = params["return_url"]
    if not intent["payment_method"]:
        raise unexpected(intent, NO_METHOD)
    _check_return(call, intent)
    return confirmation.run(call, intent, params)


def _confirm_text(intent: Body) -> str:
    if intent["status"] == "succeeded":
        return (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
    allowed = "requires_confirmation, requires_action"
    words = {"verb": "confirm", "ending": "ed", "allowed": allowed}
    return CANNOT.format(status=intent["status"], **words)


def _check_return(call: Call, intent: Body) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["enabled"] and automatic["allow_redirects"] == "always"
    exempt = call.publishable or intent.get("_off_session") or intent.get("_return_url")
    if redirects and not exempt:
        raise errors.invalid(NO_RETURN, "return_url")


def unexpected(intent: Body, message: str) -> errors.StripeError:
    """400 ``payment_intent_unexpected_state``, carrying the intent as Stripe does."""
    code = "payment_intent_unexpected_state"
    return errors.StripeError(message, code=code, payment_intent=intent)


def cancel(call: Call, intent: Body, reason: str | None) -> Body:
    """Cancel an intent that has not taken money; held money goes back."""
    allowed = (*OPEN, "requires_capture")
    if intent["status"] not in allowed:
        words = {"verb": "cancel", "ending": "ed", "allowed": ", ".join(allowed)}
        raise unexpected(intent, CANNOT.format(status=intent["status"], **words))
    if intent["status"] == "requires_capture":
        _release(call, intent)
    with call.changing(intent):
        intent["status"] = "canceled"
        intent["canceled_at"] = ids.now()
        intent["cancellation_reason"] = reason
        intent["amount_capturable"] = 0
        intent["next_action"] = None
    call.emit("payment_intent.canceled", intent)
    confirmation.notify(call, intent)
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
            raise unexpected(intent, STATE.format(field=field, status=intent["status"]))
    if "amount" in params:
        check_amount(params["amount"], str(params.get("currency", intent["currency"])).lower())
    with call.changing(intent):
        apply(call, intent, params)
    return intent


@route("POST", URL + "/<id_>/confirm", sdk.PaymentIntentConfirmParams, publishable=True)
def confirm_it(call: Call, params: Params, id_: str) -> Body:
    """Confirm."""
    intent = call.need("payment_intent", id_)
    call.check_secret(intent)
    params.pop("client_secret", None)
    return confirm(call, intent, params)


@route("POST", URL + "/<id_>/capture", sdk.PaymentIntentCaptureParams)
def capture(call: Call, params: Params, id_: str) -> Body:
    """Take held money: ``amount_to_capture`` cents, all by default."""
    intent = call.need("payment_intent", id_)
    if intent["status"] != "requires_capture":
        message = "This PaymentIntent could not be captured because it has a status of {}. Only a "
        message += "PaymentIntent with one of the following statuses may be captured: "
        raise unexpected(intent, message.format(intent["status"]) + "requires_capture.")
    amount = int(params.get("amount_to_capture", intent["amount_capturable"]))
    if not 1 <= amount <= intent["amount_capturable"]:
        message = "The payment could not be captured because the requested capture amount is "
        message += "greater than the amount you can capture for this charge."
        raise errors.invalid(message, "amount_to_capture", "amount_too_large")
    with call.changing(intent):
        merge(intent, {"metadata": params.get("metadata")})
    return confirmation.capture(call, intent, amount)


@route("POST", URL + "/<id_>/cancel", sdk.PaymentIntentCancelParams)
def cancel_it(call: Call, params: Params, id_: str) -> Body:
    """Cancel."""
    intent = call.need("payment_intent", id_)
    return cancel(call, intent, params.get("cancellation_reason"))
