"""The bank's page: a customer authenticates a payment, or fails to; and a receipt."""

from urllib.parse import urlencode

from flask import Response, request

from sandbox import confirmation
from sandbox.api import Call, page
from sandbox.errors import StripeError, no_such
from sandbox.pages.html import go, show
from sandbox.resources import setup_intents
from sandbox.store import Body


@page("GET", "POST", path="/3ds/<id_>")
def authenticate(call: Call, id_: str) -> Response:
    """Show the challenge; on POST carry out ``outcome`` and go back to the merchant."""
    intent = call.store.load(id_)
    if intent is None or intent["object"] not in ("payment_intent", "setup_intent"):
        raise no_such("payment_intent", id_)
    if request.method == "GET" and intent["status"] == "requires_action":
        return show("three_d_secure.html", intent=intent)
    if intent["status"] == "requires_action":
        _carry_out(call, intent, passed=request.form.get("outcome") == "authorize")
    return _back(call, intent["id"])


def _carry_out(call: Call, intent: Body, *, passed: bool) -> None:
    if intent["object"] == "payment_intent":
        act = confirmation.authenticated if passed else confirmation.authentication_failed
        act(call, intent)
    elif passed:
        setup_intents.succeed(call, intent)
    else:
        setup_intents.fail(call, intent, setup_intents.AUTHENTICATION_FAILED)


def _back(call: Call, id_: str) -> Response:
    intent = call.store.load(id_) or {}
    good = intent["status"] in ("succeeded", "requires_capture", "processing")
    kind = intent["object"]
    told = {kind: id_, f"{kind}_client_secret": intent["client_secret"]}
    told["redirect_status"] = "succeeded" if good else "failed"
    target = intent.get("_return_url")
    if not target:
        return show("three_d_secure.html", intent=intent, done=told["redirect_status"])
    return go(target + ("&" if "?" in target else "?") + urlencode(told))


@page("GET", path="/receipts/<id_>")
def receipt(call: Call, id_: str) -> Response:
    """What ``receipt_url`` of a charge shows."""
    charge = call.get("charge", id_)
    if charge is None or not charge["paid"]:
        raise StripeError("There is no receipt for this charge.", status=404)
    left = charge["amount"] - charge["amount_refunded"]
    return show("receipt.html", charge=charge, left=left)
