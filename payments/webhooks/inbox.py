"""The front door: verify the bytes, keep them, answer. Nothing else happens before Stripe's 200."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from myhibachi.core.errors import InvalidInput
from myhibachi.core.tasks import enqueue
from payments import gateway
from payments.models import WebhookEvent

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Received:
    event_id: str
    event_type: str


def receive(*, body: bytes, signature: str, now: datetime) -> Received:
    """Keep a signed event, once, and ask a worker to process it.

    Args:
        body: the raw bytes as they came.
        signature: the `Stripe-Signature` header.

    Raises:
        InvalidSignature: the body is not Stripe's.
        InvalidInput: it is signed, but no event.
    """
    text = body.decode("utf-8", errors="replace")
    gateway.verify_signature(body=text, header=signature, secrets=settings.STRIPE.webhook_secrets)
    return keep(_parse(text), payload=text, now=now)


def keep(event: Json, *, payload: str, now: datetime) -> Received:
    """Put an event into the inbox, unless it is there; also the way in for backfilled ones."""
    row = WebhookEvent(
        stripe_event_id=event["id"],
        type=event["type"],
        api_version=_text(event.get("api_version"), 50),
        livemode=event["livemode"],
        object_id=_text(event["data"]["object"].get("id"), 255),
        stripe_created=datetime.fromtimestamp(event["created"], tz=UTC),
        payload=payload,
        next_attempt_at=now,
    )
    WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
    enqueue("payments.tasks.process_webhook_event", event["id"])
    return Received(event_id=event["id"], event_type=event["type"])


def _parse(text: str) -> Json:
    """Return the event, or say what it lacks: https://docs.stripe.com/api/events/object."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("The body is not JSON.") from None
    if not isinstance(event, dict) or event.get("object") != "event":
        raise InvalidInput("The body is not a Stripe event.")
    data = event.get("data")
    is_valid = {
        "id": _text(event.get("id"), 255) != "",
        "type": _text(event.get("type"), 100) != "",
        "created": _is_moment(event.get("created")),
        "livemode": isinstance(event.get("livemode"), bool),
        "data": isinstance(data, dict) and isinstance(data.get("object"), dict),
    }
    for name, good in is_valid.items():
        if not good:
            raise InvalidInput(f"The event has no valid {name}.", attr=name)
    return event


def _text(value: object, longest: int) -> str:
    """Return a text that a column can hold, or an empty one: no NUL, no half of a character."""
    fits = isinstance(value, str) and len(value) <= longest and value.isprintable()
    return str(value) if fits else ""


def _is_moment(seconds: object) -> bool:
    try:
        return type(seconds) is int and bool(datetime.fromtimestamp(seconds, tz=UTC))
    except (ValueError, OverflowError, OSError):
        return False
