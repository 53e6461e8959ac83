"""What a checkout session may be asked to be; Stripe's refusals otherwise."""

from sandbox import errors, ids, tax
from sandbox.api import Call
from sandbox.params import Params
from sandbox.store import Body

SHORTEST, LONGEST = 30 * 60, 24 * 3600
ONLY_ONE = "You may only specify one of these parameters: {}."
HOSTED_ONLY = "This sandbox has hosted pages only: `ui_mode` must be `hosted_page`."
WRONG_MODE = (
    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` "
    "mode or use only one-time prices."
)
NO_SUBSCRIPTIONS = (
    "This sandbox's Checkout sells no subscriptions: `mode` must be payment or setup."
)
NO_LOCATION = (
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid "
    "address to the Customer or set either `customer_update[address]` to 'auto' or "
    "`customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer."
)


def check(call: Call, params: Params) -> None:
    """What can be wrong before any line is looked at."""
    if "mode" not in params:
        raise errors.missing("mode")
    if params["mode"] == "subscription":
        raise errors.invalid(NO_SUBSCRIPTIONS, "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise errors.invalid(HOSTED_ONLY, "ui_mode")
    needed = ["success_url", *(["line_items"] if params["mode"] != "setup" else [])]
    for name in needed:
        if not params.get(name):
            raise errors.missing(name)
    _check_together(params)
    if "customer" in params:
        _check_location(call.need("customer", params["customer"], param="customer"), params)
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise errors.invalid("Not a valid URL", name, "url_invalid")
    _check_expiry(params.get("expires_at"))


def _check_together(params: Params) -> None:
    pairs = [("customer", "customer_email"), ("customer", "customer_creation")]
    for pair in [*pairs, ("allow_promotion_codes", "discounts")]:
        if all(params.get(name) for name in pair):
            raise errors.invalid(ONLY_ONE.format(", ".join(pair)), pair[1])


def _check_location(customer: Body, params: Params) -> None:
    """Automatic tax needs to know, or to be allowed to learn, where a known customer lives."""
    asked = params.get("automatic_tax", {}).get("enabled")
    learns = "auto" in params.get("customer_update", {}).values()
    if asked and not learns and tax.percent(customer["address"]) is None:
        raise errors.invalid(NO_LOCATION, "automatic_tax", "customer_tax_location_invalid")


def _check_expiry(at: int | None) -> None:
    if at is not None and at < ids.now() + SHORTEST - 5:
        bound = "at least 30 minutes"
    elif at is not None and at > ids.now() + LONGEST + 5:
        bound = "less than 24 hours"
    else:
        return
    message = f"The `expires_at` timestamp must be {bound} from Checkout Session creation."
    raise errors.invalid(message, "expires_at")


def check_lines(mode: str, lines: list[Body]) -> None:
    """One-time prices in one currency."""
    if mode == "payment" and any(item["_recurring"] for item in lines):
        raise errors.invalid(WRONG_MODE, "mode")
    if len({item["currency"] for item in lines}) > 1:
        raise errors.invalid("All line items must have the same currency.", "line_items")
