"""The card form that the hosted pages share: reading it, and what it says of mistakes."""

import re

from flask import request

from sandbox import tax
from sandbox.api import Call
from sandbox.errors import invalid
from sandbox.resources import payment_methods
from sandbox.store import Body

FIELDS = ("email", "card_number", "exp", "cvc", "name", "zip")
EXPIRY = re.compile(r"(\d{1,2})\s*[/ -]?\s*(\d{2}|\d{4})")

NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)


def typed() -> dict[str, str]:
    """What the visitor sent, trimmed; every field is there."""
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def shown_again(form: dict[str, str]) -> dict[str, str]:
    """What may be filled in once more: never the card's number or code."""
    return {name: form[name] for name in ("email", "name", "zip")}


def reason(intent: Body | None) -> str | None:
    """Why the last try of an intent failed, in words for its customer."""
    tried = intent or {}
    failure = tried.get("last_payment_error") or tried.get("last_setup_error")
    if failure and failure["code"].endswith("_authentication_failure"):
        return NOT_AUTHENTICATED
    return str(failure["message"]) if failure else None


def address(form: dict[str, str]) -> Body | None:
    """The billing address as far as a ZIP code tells it."""
    code = form["zip"]
    state = tax.state_of(code)
    return {"country": "US", "postal_code": code, "state": state} if code else None


def method(call: Call, form: dict[str, str]) -> Body:
    """A payment method from the form; a ``StripeError`` with a human message otherwise."""
    expiry = EXPIRY.fullmatch(form["exp"])
    for field, label in (("card_number", "card number"), ("cvc", "card's security code")):
        if not form[field]:
            raise invalid(f"Your {label} is incomplete.", field, f"incomplete_{field}")
    if expiry is None:
        raise invalid("Your card's expiration date is incomplete.", "exp", "incomplete_expiry")
    number = re.sub(r"\D", "", form["card_number"])
    billing = {"name": form["name"] or None, "email": form["email"] or None}
    return payment_methods.new(
        call,
        {
            "type": "card",
            "card": {
                "number": number,
                "exp_month": expiry[1],
                "exp_year": expiry[2],
                "cvc": form["cvc"],
            },
            "billing_details": billing | {"address": address(form) or {}},
        },
    )
