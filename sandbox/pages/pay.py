"""The hosted pay page of a checkout session. It works without JavaScript."""

from flask import Response, request

from sandbox import checkout, orders
from sandbox.api import Call, page
from sandbox.errors import StripeError
from sandbox.pages import cards
from sandbox.pages.html import go, show
from sandbox.resources import promotion_codes
from sandbox.store import Body

PATH = "/c/pay/<id_>"
UNFINISHED = "The authentication was not finished. Please try again."
NEW_TOTAL = "Tax for your ZIP code has been added. Please check the new total and pay."


@page("GET", path=PATH)
def visit(call: Call, id_: str) -> Response:
    """The form; also where a customer comes back from 3-D Secure."""
    session = call.get("checkout.session", id_)
    if session is None:
        return show("missing.html", 404)
    session = checkout.catch_up(call, session)
    returned = bool({"payment_intent", "setup_intent"} & request.args.keys())
    if session["status"] != "open":
        return go(success_url(session)) if returned and _paid(session) else _closed(session)
    back = (cards.reason(_intent(call, session)) or UNFINISHED) if returned else None
    return _form(call, session, error=back)


@page("POST", path=PATH)
def submit(call: Call, id_: str) -> Response:
    """Pay, or apply a promotion code."""
    session = call.need("checkout.session", id_)
    if session["status"] != "open":
        return go(success_url(session)) if _paid(session) else _closed(session)
    form = cards.typed()
    try:
        if "apply" in request.form:
            _apply(call, session, request.form.get("promotion_code", ""))
            return go(session["url"])
        return _pay(call, session, form)
    except StripeError as refused:
        session = call.need("checkout.session", id_)
        return _form(call, session, form, error=str(refused))


def _paid(session: Body) -> bool:
    return bool(session["status"] == "complete")


def success_url(session: Body) -> str:
    """Where the merchant wants the customer afterwards."""
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _fixed_email(call: Call, session: Body) -> str | None:
    """The address the merchant gave: the customer cannot change it."""
    customer = call.get("customer", session["customer"]) or {}
    email: str | None = session["customer_email"] or customer.get("email")
    return email


def _pay(call: Call, session: Body, form: dict[str, str]) -> Response:
    known = session["customer_details"] or {}
    form["email"] = _fixed_email(call, session) or form["email"]
    if not form["email"]:
        raise StripeError("Your email is incomplete.", param="email")
    payer = checkout.details(
        email=form["email"],
        name=form["name"] or known.get("name"),
        address=cards.address(form) or known.get("address"),
    )
    with call.changing(session):
        session["customer_details"] = payer
        checkout.add_up(call, session)
    expected = request.form.get("expected_amount", "")
    if expected.isdigit() and int(expected) != (session["amount_total"] or 0):
        return _form(call, session, form, error=NEW_TOTAL)
    method = cards.method(call, form) if session["amount_total"] != 0 else None
    save = "save_card" in request.form
    session = checkout.submit(call, session, payer, method, save=save)
    intent = _intent(call, session)
    if session["status"] == "open" and intent and intent["next_action"]:
        return go(intent["next_action"]["redirect_to_url"]["url"])
    return go(success_url(session))


def _apply(call: Call, session: Body, typed: str) -> None:
    """Put the code's discount on the order, or take it off when the box is empty."""
    code = promotion_codes.find(call, typed)
    if typed.strip() and not (code and session["allow_promotion_codes"]):
        raise StripeError("This code is invalid.", param="promotion_code")
    if code:
        whole = session["amount_subtotal"]
        if refused := promotion_codes.refusal(call, code, session["customer"], whole):
            raise StripeError(refused, param="promotion_code")
    with call.changing(session):
        discount = [{"coupon": None, "promotion_code": code["id"]}] if code else []
        session["discounts"] = discount
        checkout.add_up(call, session)


def _intent(call: Call, session: Body) -> Body | None:
    setup = call.get("setup_intent", session["setup_intent"])
    return setup or call.get("payment_intent", session["payment_intent"])


def _form(
    call: Call,
    session: Body,
    form: dict[str, str] | None = None,
    *,
    error: str | None = None,
) -> Response:
    known = session["customer_details"] or {}
    filled = {
        "email": known.get("email") or "",
        "name": known.get("name") or "",
        "zip": (known.get("address") or {}).get("postal_code") or "",
    }
    codes = [call.get("promotion_code", d["promotion_code"]) for d in session["discounts"] or []]
    return show(
        "checkout.html",
        session=session,
        lines=orders.as_list(call.store, session["_lines"]),
        code=next((code["code"] for code in codes if code), ""),
        form=cards.shown_again(form) if form else filled,
        offers_to_save=checkout.offers_to_save(session),
        asks_email=not _fixed_email(call, session),
        button=checkout.button(session),
        error=error,
    )


def _closed(session: Body) -> Response:
    """Paid or expired: nothing to do here any more."""
    paid = _paid(session)
    back = success_url(session) if paid else session["cancel_url"]
    return show("closed.html", paid=paid, back=back)
