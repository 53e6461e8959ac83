"""Events in the inbox, without Stripe."""

import json
from typing import Any

from django.utils import timezone

from payments.models import WebhookEvent
from payments.tests.factories import stripe_id

CUSTOMER = {
    "id": "cus_1",
    "object": "customer",
    "email": "ada@example.com",
    "name": "Ada Guest",
    "phone": "+1 555 0100",
    "address": {"line1": "123 Main St"},
    "metadata": {"booking": "H-7KQ3XWM"},
}


def inbox_event(payload_object: dict[str, Any] | None = None, **fields: Any) -> WebhookEvent:
    """Return an event that was processed, about `payload_object`."""
    about = payload_object or CUSTOMER
    now = timezone.now()
    event_id = stripe_id("evt")
    payload = {"id": event_id, "object": "event", "data": {"object": about}}
    values = {
        "stripe_event_id": event_id,
        "type": "customer.updated",
        "livemode": False,
        "object_id": about["id"],
        "stripe_created": now,
        "payload": json.dumps(payload),
        "state": "processed",
        "attempts": 1,
        "next_attempt_at": now,
        "processed_at": now,
    }
    return WebhookEvent.objects.create(**values | fields)
