"""How a checkout session is paid, completed or expired.

As Stripe does since 2022, the payment intent of a session is made when the customer submits the
page, not when the session is created; a declined try leaves it on the session for the next one.
"""

from typing import Any

import stripe

from sandbox import checkout_invoice, confirmation, errors, ids, jobs, orders, shape, tax
from sandbox.api import Call
from sandbox.intent_rules import OPEN
from sandbox.money import text
from sandbox.params import Params
from sandbox.resources import (
    coupons,
    customers,
    payment_intents,
    payment_methods,
    setup_intents,
)
from sandbox.store import Body

MINIMUM = 50  # cents, Stripe's smallest charge in USD
TOO_SMALL = "The Checkout Session's total amount due must add up to at least $0.50 usd."
NOT_OPEN = "This Checkout Session is no longer open: its status is {}."


def details(
    *, email: str | None, name: str | None, address: Params | None, phone: str | None = None
) -> Body:
    """``customer_details``: who pays, as far as it is known."""
    body: Body = {"email": email, "name": name, "individual_name": name, "phone": phone}
    body |= {"address": address, "tax_exempt": "none", "tax_ids": []}
    return shape.complete(stripe.checkout.Session.CustomerDetails, body)


def add_up(call: Call, session: Body) -> None:
    """Work out the session's sums from its lines, its discount and where the payer lives."""
    percent = _automatic(session)
    lines = session["_lines"]
    sums = orders.total(lines, coupon_of(call, session), percent)
    if not lines:
        return
    session["amount_subtotal"] = sums["amount_subtotal"]
    session["amount_total"] = sums["amount_total"]
    session["total_details"] = {
        "amount_discount": sums["amount_discount"],
        "amount_shipping": 0,
        "amount_tax": sums["amount_tax"],
        "breakdown": None,
    }


def _automatic(session: Body) -> float | None:
    automatic = session["automatic_tax"]
    if not automatic["enabled"]:
        return None
    percent = tax.percent((session["customer_details"] or {}).get("address"))
    automatic["status"] = "requires_location_inputs" if percent is None else "complete"
    automatic |= {"liability": {"type": "self", "account": None}, "provider": "stripe"}
    return percent


def coupon_of(call: Call, session: Body) -> Body | None:
    """The coupon behind the session's discount."""
    for discount in session["discounts"] or []:
        code = call.get("promotion_code", discount["promotion_code"])
        return call.get("coupon", code["promotion"]["coupon"] if code else discount["coupon"])
    return None


def check_minimum(session: Body) -> None:
    """400 when there is something to pay, but less than Stripe charges."""
    total = session["amount_total"] or 0
    if 0 < total < MINIMUM:
        raise errors.invalid(TOO_SMALL, "line_items", "amount_too_small")


def submit(
    call: Call, session: Body, payer: Body, method: Body | None, *, save: bool = False
) -> Body:
    """The customer pays with ``method``; answers the session as it is then.

    ``save`` says that the customer wants the card kept, where the session offers it.
    ``payer`` is ``details(…)``. Raises the card's 402 when it is declined (the session stays
    open) and leaves the intent in ``requires_action`` when the card wants 3-D Secure.
    """
    if session["status"] != "open":
        raise errors.invalid(NOT_OPEN.format(session["status"]))
    with call.changing(session):
        session["customer_details"] = payer
        session["_saves"] = save and offers_to_save(session)
        add_up(call, session)
        session["customer"] = session["customer"] or _customer(call, session)
    if session["amount_total"] == 0:
        _complete(call, session, "no_payment_required")
        return session
    if method is None:
        raise errors.missing("payment_method")
    confirmed = {"payment_method": method["id"], "return_url": session["url"]}
    if session["mode"] == "setup":
        setup_intents.confirm(call, _setup_intent(call, session), confirmed)
        return catch_up(call, session)
    payment_intents.confirm(call, _intent(call, session), confirmed)
    return call.need("checkout.session", session["id"])


def offers_to_save(session: Body) -> bool:
    """Whether the page asks the customer if the card may be kept."""
    options = session["saved_payment_method_options"] or {}
    return bool(session["customer"]) and options.get("payment_method_save") == "enabled"


def _save_card(call: Call, session: Body) -> None:
    """Keep the card, with the customer's consent written on it."""
    intent = call.get("payment_intent", session["payment_intent"])
    if intent and session.get("_saves"):
        method = call.need("payment_method", intent["payment_method"])
        method["allow_redisplay"] = "always"
        call.store.save(method)
        payment_methods.attach_to(call, method["id"], session["customer"])


def _customer(call: Call, session: Body) -> str | None:
    wanted = session["customer_creation"] == "always" or session["_invoice_creation"].get("enabled")
    if not wanted:
        return None
    payer = session["customer_details"]
    given = {name: payer[name] for name in ("email", "name", "address", "phone") if payer[name]}
    return str(customers.new(call, given)["id"])


def _intent(call: Call, session: Body) -> Body:
    """The session's intent: made at the first try, its amount brought up to date at the next."""
    amount = {"amount": session["amount_total"]}
    if session["payment_intent"]:
        intent = call.need("payment_intent", session["payment_intent"])
        with call.changing(intent):
            intent |= amount
        return intent
    given: dict[str, Any] = session["_payment_intent_data"] | amount
    given |= {"currency": session["currency"], "customer": session["customer"]}
    given["payment_method_types"] = session["payment_method_types"]
    intent = payment_intents.new(call, given)
    with call.changing(session):
        session["payment_intent"] = intent["id"]
    return intent


def _setup_intent(call: Call, session: Body) -> Body:
    """The intent that saves the card of a ``setup`` session."""
    if session["setup_intent"]:
        return call.need("setup_intent", session["setup_intent"])
    given: dict[str, Any] = session["_setup_intent_data"] | {"customer": session["customer"]}
    given["payment_method_types"] = session["payment_method_types"]
    intent = setup_intents.new(call, {k: v for k, v in given.items() if v is not None})
    with call.changing(session):
        session["setup_intent"] = intent["id"]
    return intent


def catch_up(call: Call, session: Body) -> Body:
    """Complete a ``setup`` session whose card has been saved by now."""
    intent = call.get("setup_intent", session["setup_intent"])
    if session["status"] == "open" and intent and intent["status"] == "succeeded":
        _complete(call, session, "no_payment_required")
    return session


@confirmation.observer
def intent_changed(call: Call, intent: Body) -> None:
    """A session follows its intent: paid, on its way (bank debits), or failed after all."""
    for session in call.store.find("checkout.session", payment_intent=intent["id"]):
        if session["status"] == "open":
            states = {"succeeded": "paid", "processing": "unpaid", "requires_capture": "unpaid"}
            if intent["status"] in states:
                _complete(call, session, states[intent["status"]])
        elif session["payment_status"] == "unpaid":
            _late(call, session, intent)


def _complete(call: Call, session: Body, payment_status: str) -> None:
    codes = [call.get("promotion_code", d["promotion_code"]) for d in session["discounts"] or []]
    for redeemed in [coupon_of(call, session), *codes]:
        if redeemed:
            coupons.redeem(call, redeemed)
    _keep_address(call, session)
    _save_card(call, session)
    if payment_status == "paid" and session["_invoice_creation"].get("enabled"):
        session["invoice"] = checkout_invoice.issue(call, session, coupon_of(call, session))
    with call.changing(session):
        session |= {"status": "complete", "payment_status": payment_status, "url": None}
    call.emit("checkout.session.completed", session)


def _keep_address(call: Call, session: Body) -> None:
    """``customer_update`` saves what the customer typed."""
    customer = call.get("customer", session["customer"])
    payer = session["customer_details"] or {}
    wanted = [name for name, how in session["_customer_update"].items() if how == "auto"]
    if customer:
        with call.changing(customer, "customer.updated"):
            for name in wanted:
                customer[name] = payer.get(name) or customer[name]


def _late(call: Call, session: Body, intent: Body) -> None:
    if intent["status"] == "succeeded":
        with call.changing(session):
            session["payment_status"] = "paid"
        if intent["capture_method"] != "manual":
            call.emit("checkout.session.async_payment_succeeded", session)
    elif intent["status"] == "requires_payment_method":
        call.emit("checkout.session.async_payment_failed", session)


def expire(call: Call, session: Body) -> Body:
    """End an open session; an intent that was tried in vain is canceled with it."""
    with call.changing(session):
        session |= {"status": "expired", "url": None, "expires_at": ids.now()}
    call.emit("checkout.session.expired", session)
    intent = call.get("payment_intent", session["payment_intent"])
    if intent and intent["status"] in OPEN:
        payment_intents.cancel(call, intent, "expired")
    return session


@jobs.job("checkout.expire")
def expire_by_clock(call: Call, session_id: str) -> None:
    """The session's time is over."""
    session = call.get("checkout.session", session_id)
    if session and session["status"] == "open":
        expire(call, session)


def button(session: Body) -> str:
    """What the pay button says, e.g. ``Pay $100.00``."""
    if session["mode"] == "setup":
        return "Save card"
    verb = {"book": "Book", "donate": "Donate", "subscribe": "Subscribe"}
    word = verb.get(session["submit_type"] or "pay", "Pay")
    return f"{word} {text(session['amount_total'] or 0, session['currency'] or 'usd')}"
