"""Picks up what a dead worker or broker left in the inbox."""

from datetime import datetime, timedelta

from payments.models import WebhookEvent
from payments.webhooks.process import process_event

BATCH = 200
# A fresh event's own task comes first.
GRACE = timedelta(seconds=10)


def sweep(*, now: datetime) -> int:
    """Process every event whose time has come, oldest first.

    Returns:
        how many were tried.
    """
    due = WebhookEvent.objects.filter(
        state=WebhookEvent.State.RECEIVED, next_attempt_at__lte=now - GRACE
    ).order_by("next_attempt_at")
    ids = list(due.values_list("stripe_event_id", flat=True)[:BATCH])
    for stripe_event_id in ids:
        process_event(stripe_event_id=stripe_event_id, now=now)
    return len(ids)
