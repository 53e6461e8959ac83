"""Payment methods: test tokens, typed card numbers, bank debits; attached and detached."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import card_entry, cards, errors, ids, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/payment_methods"
EMPTY_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def resolve(call: Call, id_: str, *, param: str = "payment_method") -> Body:
    """A stored payment method, or a new one for a test token such as ``pm_card_visa``."""
    card = cards.by_token(id_)
    if card is None:
        return call.need("payment_method", id_, param=param)
    return _with_card(call, card, {})


def new(call: Call, params: Params) -> Body:
    """Create from the create call's parameters (or ``payment_method_data`` of an intent)."""
    kind = params.get("type", "card")
    if kind != "card":
        return _bank_debit(call, kind, params)
    given = params.get("card")
    if given is None:
        raise errors.missing("card")
    if "token" in given:
        card = cards.by_token(given["token"]) or _tokenized(call, given["token"])
        return _with_card(call, card, params)
    card_entry.check(given)
    return _with_card(call, cards.by_number(given["number"]), params)


def _tokenized(call: Call, token: str) -> cards.Card:
    return cards.by_number(call.need("token", token, param="card[token]")["_number"])


def _with_card(call: Call, card: cards.Card, params: Params) -> Body:
    return _store(
        call, "card", card_entry.card_hash(card, params.get("card", {})), params, card.number
    )


def _bank_debit(call: Call, kind: str, params: Params) -> Body:
    """SEPA and other bank debits: what pays later, or fails later."""
    given = params.get(kind, {})
    account = given.get("iban") or given.get("account_number") or "000123456789"
    details: Body = {"last4": account[-4:], "fingerprint": ids.random_text(16)}
    if kind == "sepa_debit":
        details |= {"bank_code": account[4:9], "country": account[:2], "branch_code": ""}
    return _store(call, kind, details, params, account)


def _store(call: Call, kind: str, details: Body, params: Params, number: str) -> Body:
    billing = {"address": dict(EMPTY_ADDRESS), "email": None, "name": None, "phone": None}
    body: dict[str, Any] = {
        "id": ids.new("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing | {"tax_id": None},
        kind: details,
        "created": ids.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "radar_options": {},
        "type": kind,
        "_number": number,
    }
    wanted = ("billing_details", "metadata", "allow_redisplay")
    merge(body, {k: v for k, v in params.items() if k in wanted})
    return call.create(shape.complete(stripe.PaymentMethod, body))


def behaviour(method: Body) -> cards.Card:
    """What the card does when it is charged; a saved card may differ from a fresh one."""
    card = cards.by_number(method["_number"])
    if card.declines_after_attach and not method["customer"]:
        return card._replace(decline=None)
    return card


def attach_to(call: Call, id_: str, customer_id: str) -> Body:
    """Attach to a customer; a card that declines is refused here already."""
    customer = call.need("customer", customer_id, param="customer")
    method = resolve(call, id_)
    card = cards.by_number(method["_number"])
    declines = method["type"] == "card" and not (card.declines_after_attach or card.secure)
    if card.decline and declines:
        raise declined(card.decline)
    if method["customer"] not in (None, customer["id"]):
        message = "The payment method you provided has already been attached to a customer."
        raise errors.invalid(message, "payment_method", "payment_method_unexpected_state")
    if method["customer"] is None:
        method["customer"] = customer["id"]
        call.store.save(method)
        call.emit("payment_method.attached", method)
    return method


def declined(decline: cards.Decline, **more: Any) -> errors.StripeError:
    """402 ``card_error`` as the issuer's answer; ``more`` joins the error's hash."""
    return errors.StripeError(
        decline.message,
        status=402,
        kind="card_error",
        code=decline.code,
        param={"incorrect_cvc": "cvc", "incorrect_number": "number"}.get(decline.code),
        decline_code=decline.reason,
        keeps_effects=True,
        **more,
    )


@route("POST", URL, sdk.PaymentMethodCreateParams, publishable=True)
def create(call: Call, params: Params) -> Body:
    """Create from a token, a typed card or a bank account."""
    if "type" not in params:
        raise errors.missing("type")
    return new(call, params)


@route("GET", URL, sdk.PaymentMethodListParams)
def list_all(call: Call, params: Params) -> Body:
    """List those attached to a customer."""
    wanted = {"customer": params.get("customer"), "type": params.get("type")}
    return call.page("payment_method", params, URL, **wanted)


@route("GET", "/v1/customers/<id_>/payment_methods", sdk.CustomerListPaymentMethodsParams)
def list_for_customer(call: Call, params: Params, id_: str) -> Body:
    """List a customer's."""
    call.need("customer", id_)
    url = f"/v1/customers/{id_}/payment_methods"
    return call.page("payment_method", params, url, customer=id_, type=params.get("type"))


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return resolve(call, id_) if cards.by_token(id_) else call.need("payment_method", id_)


@route("GET", "/v1/customers/<customer>/payment_methods/<id_>")
def retrieve_for_customer(call: Call, _: Params, customer: str, id_: str) -> Body:
    """Retrieve one of a customer's."""
    method = call.need("payment_method", id_)
    if method["customer"] != customer:
        raise errors.no_such("PaymentMethod", id_)
    return method


@route("POST", URL + "/<id_>", sdk.PaymentMethodUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change billing details, expiry or metadata."""
    method = call.need("payment_method", id_)
    with call.changing(method, "payment_method.updated"):
        merge(method, params)
    return method


@route("POST", URL + "/<id_>/attach", sdk.PaymentMethodAttachParams)
def attach(call: Call, params: Params, id_: str) -> Body:
    """Attach to a customer."""
    if "customer" not in params:
        raise errors.missing("customer")
    return attach_to(call, id_, params["customer"])


@route("POST", URL + "/<id_>/detach")
def detach(call: Call, _: Params, id_: str) -> Body:
    """Detach; its customer's default is unset."""
    method = call.need("payment_method", id_)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment "
        raise errors.invalid(message + "is impossible.", "payment_method")
    owner = call.get("customer", method["customer"])
    with call.changing(method, "payment_method.detached"):
        method["customer"] = None
    if owner and owner["invoice_settings"]["default_payment_method"] == id_:
        with call.changing(owner, "customer.updated"):
            owner["invoice_settings"]["default_payment_method"] = None
    return method
