"""The one account that lives here."""

from typing import Any

import stripe

from sandbox import shape
from sandbox.api import Call, route
from sandbox.errors import StripeError
from sandbox.params import Params
from sandbox.store import Body

ID = "acct_1LocalStripe00001"
FOUNDED = 1_700_000_000


def account() -> Body:
    """A United States company that can charge and be paid out."""
    body: dict[str, Any] = {
        "id": ID,
        "object": "account",
        "business_profile": {"name": "Local Stripe", "support_email": "support@example.com"},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": FOUNDED,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {},
            "card_payments": {},
            "dashboard": {"display_name": "Local Stripe", "timezone": "America/Los_Angeles"},
            "payments": {"statement_descriptor": "LOCAL STRIPE"},
        },
        "type": "standard",
    }
    return shape.complete(stripe.Account, body)


@route("GET", "/v1/account")
def retrieve_current(_: Call, __: Params) -> Body:
    """Retrieve the account the key belongs to."""
    return account()


@route("GET", "/v1/accounts/<id_>")
def retrieve(_: Call, __: Params, id_: str) -> Body:
    """Retrieve; there is no other account."""
    if id_ != ID:
        message = f"The provided key does not have access to account '{id_}' (or that account "
        message += "does not exist). Application access may have been revoked."
        raise StripeError(message, status=403, code="account_invalid")
    return account()
