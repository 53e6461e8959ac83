"""Stripe's side of a test, over HTTP: what a customer's browser and Stripe's deliveries do."""

import hashlib
import hmac
import json
import os
import time
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone

from payments.models import LedgerEntry, Payment, WebhookEvent
from payments.webhooks import inbox
from payments.webhooks.process import process_event

Json = dict[str, Any]


def call(method: str, path: str, **params: Any) -> Json:
    """Call the sandbox's API as anybody with the key would, and return its answer."""
    answer = requests.request(
        method,
        f"{os.environ['STRIPE_API_BASE']}/v1/{path}",
        data=params if method == "POST" else None,
        params=params if method == "GET" else None,
        auth=(settings.STRIPE.secret_key, ""),
        timeout=10,
    )
    found: Json = answer.json()
    return found


def confirm(payment: Payment, card: str = "pm_card_visa") -> Json:
    """Pay an attempt's PaymentIntent, as the Payment Element does."""
    return call(
        "POST",
        f"payment_intents/{payment.stripe_payment_intent_id}/confirm",
        payment_method=card,
        return_url="https://example.com/back",
    )


def events(*types: str) -> list[Json]:
    """Return Stripe's events, oldest first; all, or those of some types."""
    found: list[Json] = call("GET", "events", limit=100)["data"]
    return [event for event in reversed(found) if not types or event["type"] in types]


def sign(body: str, *, secret: str = "", at: int | None = None) -> str:
    """Return the header that Stripe signs a body with: https://docs.stripe.com/webhooks#verify-manually."""
    at = int(time.time()) if at is None else at
    key = (secret or settings.STRIPE.webhook_secrets[0]).encode()
    digest = hmac.new(key, f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def receive(*found: Json) -> None:
    """Let Stripe's deliveries arrive at the front door."""
    for event in found:
        body = json.dumps(event)
        inbox.receive(body=body.encode(), signature=sign(body), now=timezone.now())


def process(*found: Json) -> None:
    """Let a worker process these events, as often as they are named."""
    for event in found:
        process_event(stripe_event_id=event["id"], now=timezone.now())


def deliver(*found: Json) -> None:
    """Receive and process these events, or all that Stripe has."""
    found = found or tuple(events())
    receive(*found)
    process(*found)


def inbox_states() -> set[str]:
    """Return the states that the inbox's events are in."""
    return set(WebhookEvent.objects.values_list("state", flat=True))


def ledger_of(payment: Payment) -> list[tuple[str, int]]:
    """Return the payment's ledger as `(kind, cents)`, in order."""
    return sorted(LedgerEntry.objects.filter(payment=payment).values_list("kind", "amount"))


def pay_page(
    session_id: str,
    *,
    zip_code: str = "94539",
    card: str = "4242424242424242",
    save: bool = False,
) -> Json:
    """Pay a Checkout Session on Stripe's page, as a customer who lives there; return it.

    Args:
        save: whether the customer ticks that the card may be kept.
    """
    typed = {"number": card, "exp_month": 12, "exp_year": timezone.now().year + 2, "cvc": "123"}
    place = {"postal_code": zip_code, "country": "US"}
    method = call(
        "POST",
        "payment_methods",
        type="card",
        **{f"card[{name}]": value for name, value in typed.items()},
        **{f"billing_details[address][{name}]": value for name, value in place.items()},
    )
    wanted = {"payment_method": method["id"], "save_payment_method": str(save).lower()}
    return call("POST", f"payment_pages/{session_id}/confirm", **wanted)
