"""What an intent must be to be created, changed, confirmed or canceled; Stripe's words if not."""

from sandbox import errors, money
from sandbox.api import Call
from sandbox.params import Params
from sandbox.store import Body

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
OF_CHECKOUT = (
    "You can't confirm or cancel the PaymentIntent for a Checkout Session. To cancel, expire the "
    "Checkout Session instead."
)
CANNOT = (
    "You cannot {verb} this PaymentIntent because it has a status of {status}. Only a "
    "PaymentIntent with one of the following statuses may be {verb}ed: {allowed}."
)


def amount(params: Params) -> tuple[int, str]:
    """The amount in the smallest unit and the currency, both checked."""
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


def check_owner(intent: Body, method: Body) -> None:
    """400 for another customer's method, or one of a type the intent does not take."""
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


def confirm_text(intent: Body) -> str:
    """Why an intent that is no longer open cannot be confirmed."""
    if intent["status"] == "succeeded":
        return (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
    return cannot(intent, "confirm", ("requires_confirmation", "requires_action"))


def cannot(intent: Body, verb: str, allowed: tuple[str, ...]) -> str:
    """Why the intent's status forbids a verb."""
    return CANNOT.format(verb=verb, status=intent["status"], allowed=", ".join(allowed))


def check_return(intent: Body, *, from_browser: bool) -> None:
    """400 where a method might redirect and there is no way back."""
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["enabled"] and automatic["allow_redirects"] == "always"
    exempt = from_browser or intent.get("_off_session") or intent.get("_return_url")
    if redirects and not exempt:
        raise errors.invalid(NO_RETURN, "return_url")


def unexpected(intent: Body, message: str) -> errors.StripeError:
    """400 ``payment_intent_unexpected_state``, carrying the intent as Stripe does."""
    code = "payment_intent_unexpected_state"
    return errors.StripeError(message, code=code, payment_intent=intent)


def check_free(call: Call, intent: Body) -> None:
    """Checkout keeps the intents of its sessions to itself."""
    if call.store.find("checkout.session", payment_intent=intent["id"]):
        raise unexpected(intent, OF_CHECKOUT)


def to_capture(intent: Body, params: Params) -> int:
    """How many cents to capture: what was asked for, or all that is held."""
    if intent["status"] != "requires_capture":
        message = "This PaymentIntent could not be captured because it has a status of {}. Only a "
        message += "PaymentIntent with one of the following statuses may be captured: "
        raise unexpected(intent, message.format(intent["status"]) + "requires_capture.")
    held: int = intent["amount_capturable"]
    wanted: int = {"amount_to_capture": held, **params}["amount_to_capture"]
    if not 1 <= wanted <= held:
        message = "The payment could not be captured because the requested capture amount is "
        message += "greater than the amount you can capture for this charge."
        raise errors.invalid(message, "amount_to_capture", "amount_too_large")
    return wanted
