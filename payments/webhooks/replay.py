"""Processing an event of the inbox once more, because a person says so."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from myhibachi.core.tasks import enqueue
from payments.models import WebhookEvent

PERMISSION = "payments.replay_webhookevent"

# What one request can put back; the rest waits for the next.
MOST = 500


def replay_all(*, actor: User, now: datetime) -> int:
    """Replay what needs attention, oldest first, at most `MOST`.

    Returns:
        how many will be processed again.

    Raises:
        NotAllowed: this person may not.
    """
    stuck = WebhookEvent.objects.filter(state=WebhookEvent.State.NEEDS_ATTENTION)
    oldest = stuck.exclude(payload="").order_by("received_at").values_list("pk", flat=True)
    return replay_events(event_ids=oldest[:MOST], actor=actor, now=now)


def replay_events(*, event_ids: Iterable[int], actor: User, now: datetime) -> int:
    """Put events back to `received`, with all their attempts, and ask a worker to process them.

    Replaying what was processed already is safe: the mirror and the ledger take each event once.

    Returns:
        how many will be processed again; a forgotten payload can not.

    Raises:
        NotAllowed: this person may not.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not replay events.")
    with transaction.atomic():
        known = WebhookEvent.objects.select_for_update().filter(pk__in=list(event_ids))
        # What a forgotten payload said, nobody knows any more.
        rows = list(known.exclude(payload=""))
        for row in rows:
            audit.record("webhook_event.replayed", row, actor=actor, state=[row.state, "received"])
            row.state, row.attempts = WebhookEvent.State.RECEIVED, 0
            row.next_attempt_at, row.last_error = now, ""
            row.save()
            enqueue("payments.tasks.process_webhook_event", row.stripe_event_id)
    return len(rows)
