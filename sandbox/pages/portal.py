"""The customer portal: invoices, saved cards, and the way back."""

from flask import Response, request

from sandbox.api import Call, page
from sandbox.errors import StripeError, no_such
from sandbox.pages import cards
from sandbox.pages.html import go, show
from sandbox.resources import payment_methods, setup_intents
from sandbox.store import Body

PATH = "/p/session/<token>"


def _session(call: Call, token: str) -> Body | None:
    found = call.store.find("billing_portal.session", _token=token)
    known = found and call.get("customer", found[0]["customer"])
    return found[0] if known else None


@page("GET", path=PATH)
def visit(call: Call, token: str) -> Response:
    """The portal of one customer."""
    session = _session(call, token)
    if session is None:
        return show("missing.html", 404)
    intent = call.get("setup_intent", request.args.get("setup_intent"))
    return _show(call, session, error=cards.reason(intent))


@page("POST", path=PATH)
def act(call: Call, token: str) -> Response:
    """Add a card, make one the default, or remove one."""
    session = _session(call, token)
    if session is None:
        return show("missing.html", 404)
    try:
        return _DEEDS[request.form.get("do", "add")](call, session)
    except StripeError as refused:
        found = 404 if refused.status == 404 else 200
        return _show(call, session, error=str(refused), status=found)


def _add(call: Call, session: Body) -> Response:
    form = cards.typed()
    method = cards.method(call, form)
    given = {"customer": session["customer"], "payment_method_types": ["card"]}
    intent = setup_intents.new(call, given)
    back = {"payment_method": method["id"], "return_url": session["url"]}
    intent = setup_intents.confirm(call, intent, back)
    if intent["next_action"]:
        return go(intent["next_action"]["redirect_to_url"]["url"])
    return go(session["url"])


def _own_card(call: Call, session: Body) -> Body:
    method = call.need("payment_method", request.form.get("card", ""))
    if method["customer"] != session["customer"]:
        raise no_such("PaymentMethod", method["id"])
    return method


def _make_default(call: Call, session: Body) -> Response:
    method, customer = _own_card(call, session), call.need("customer", session["customer"])
    with call.changing(customer, "customer.updated"):
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    return go(session["url"])


def _remove(call: Call, session: Body) -> Response:
    payment_methods.detach(call, {}, _own_card(call, session)["id"])
    return go(session["url"])


_DEEDS = {"add": _add, "default": _make_default, "remove": _remove}


def _show(call: Call, session: Body, *, error: str | None = None, status: int = 200) -> Response:
    customer = call.need("customer", session["customer"])
    invoices = call.store.find("invoice", customer=customer["id"])
    return show(
        "portal.html",
        status,
        session=session,
        customer=customer,
        default=customer["invoice_settings"]["default_payment_method"],
        methods=call.store.find("payment_method", customer=customer["id"], type="card"),
        invoices=[one for one in invoices if one["status"] not in ("draft", "void")],
        form={"name": customer["name"] or "", "zip": ""},
        error=error,
    )
