"""Forgets what events said once nobody needs it any more. That they came stays."""

from datetime import datetime

from django.conf import settings

from payments import mirror
from payments.models import WebhookEvent

DONE = (WebhookEvent.State.PROCESSED, WebhookEvent.State.IGNORED)
BATCH = 1000


def purge_payloads(*, now: datetime) -> int:
    """Empty the payloads of events done with, older than `WEBHOOK_PAYLOAD_DAYS`.

    They hold names, emails and addresses; the ledger and the mirror keep what the books need.

    Returns:
        how many were emptied.
    """
    before = now - settings.WEBHOOK_PAYLOAD_RETENTION
    old = WebhookEvent.objects.filter(state__in=DONE, received_at__lt=before).exclude(payload="")
    purged = 0
    while ids := dict(old.values_list("pk", "stripe_event_id")[:BATCH]):
        mirror.forget_events(list(ids.values()))
        purged += WebhookEvent.objects.filter(pk__in=ids).update(payload="")
    return purged
