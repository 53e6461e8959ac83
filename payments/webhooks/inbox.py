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
    found = event["data"]["object"].get("id")
    row = WebhookEvent(
        stripe_event_id=event["id"],
        type=event["type"],
        api_version=event.get("api_version") or "",
        livemode=event["livemode"],
        object_id=found if isinstance(found, str) else "",
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
    wanted = {"id": str, "type": str, "created": int, "livemode": bool, "data": dict}
    if not isinstance(event, dict) or event.get("object") != "event":
        raise InvalidInput("The body is not a Stripe event.")
    for name, kind in wanted.items():
        if not isinstance(event.get(name), kind):
            raise InvalidInput(f"The event has no valid {name}.", attr=name)
    if not isinstance(event["data"].get("object"), dict):
        raise InvalidInput("The event carries no object.", attr="data")
    return event
