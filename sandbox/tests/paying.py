"""Shorthands of the payment tests."""

import urllib.error
import urllib.parse
import urllib.request
from typing import Any, cast

import pytest
import stripe


def pay(
    client: stripe.StripeClient, method: str = "pm_card_visa", amount: int = 2000, **more: Any
) -> stripe.PaymentIntent:
    """An intent of ``amount`` cents, created and confirmed at once."""
    params = {
        "amount": amount,
        "currency": "usd",
        "payment_method": method,
        "payment_method_types": ["card"],
        "confirm": True,
        **more,
    }
    return client.v1.payment_intents.create(cast("Any", params))


def types(client: stripe.StripeClient) -> list[str]:
    """The types of all events so far, oldest first."""
    return [str(event.type) for event in client.v1.events.list({"limit": 100})][::-1]


def error(refused: pytest.ExceptionInfo[stripe.StripeError]) -> dict[str, Any]:
    """Status and the telling fields of Stripe's error body."""
    body = cast("dict[str, dict[str, Any]]", refused.value.json_body)["error"]
    kept = ("type", "code", "decline_code", "param", "message")
    told = {name: body[name] for name in kept if name in body}
    return {"status": refused.value.http_status, **told}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def press(page: str, outcome: str) -> str:
    """Press a button on the bank's page: ``authorize`` or ``fail``; where it sends the customer."""
    form = urllib.parse.urlencode({"outcome": outcome}).encode()
    try:
        urllib.request.build_opener(_Stay).open(page, form)
    except urllib.error.HTTPError as moved:
        return str(moved.headers["Location"])
    return ""
