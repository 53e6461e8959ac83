"""Payment pages: what Checkout's own page calls; the official CLI's triggers pay through them."""

from typing import NotRequired, TypedDict

from sandbox import checkout, errors
from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.store import Body

URL = "/v1/payment_pages/<id_>"
CHANGED = "The expected amount does not match the amount of this Checkout Session."


class Confirm(TypedDict):
    """The parameters of a confirmation; ``expected_amount`` is what the customer saw, in cents.

    ``save_payment_method`` is the tick beside "save payment details".
    """

    payment_method: str
    expected_amount: NotRequired[int]
    save_payment_method: NotRequired[bool]
    expand: NotRequired[list[str]]


@route("GET", URL, publishable=True)
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """The session behind the page."""
    return call.need("checkout.session", id_)


@route("POST", URL + "/confirm", Confirm, publishable=True)
def confirm(call: Call, params: Params, id_: str) -> Body:
    """Pay the session with a payment method."""
    session = call.need("checkout.session", id_)
    if params.get("expected_amount", session["amount_total"]) != session["amount_total"]:
        raise errors.invalid(CHANGED, "expected_amount", "checkout_amount_mismatch")
    method = payment_methods.resolve(call, params["payment_method"])
    who = method["billing_details"]
    known = session["customer_details"] or {}
    payer = checkout.details(
        email=known.get("email") or who["email"],
        name=who["name"],
        address=who["address"],
        phone=who["phone"],
    )
    save = params.get("save_payment_method", False)
    return checkout.submit(call, session, payer, method, save=save)
