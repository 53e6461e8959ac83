"""What a worker does with one event of the inbox."""

import json
import logging
import random
import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from payments import gateway, mirror
from payments.errors import GatewayNotFound
from payments.models import WebhookEvent
from payments.webhooks.handlers import HANDLED

logger = logging.getLogger(__name__)

Json = dict[str, Any]
State = WebhookEvent.State

# NUL, and halves of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_ATTEMPTS = 15
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)


def process_event(*, stripe_event_id: str, now: datetime) -> None:
    """Copy the event's object and run its handlers, in one transaction; safe to repeat.

    A failure is kept on the row with its next attempt; after `MAX_ATTEMPTS` it needs attention.
    """
    row = WebhookEvent.objects.get(stripe_event_id=stripe_event_id)
    if row.state != State.RECEIVED:
        return
    try:
        event = _readable(row)
        is_fresh = _fetch(row, event)
        while not _process(row, event, is_fresh=is_fresh, now=now):
            is_fresh = _fetch(row, event)
    except Exception as error:  # a poison event must not stop the others
        logger.exception("event %s (%s) failed", row.stripe_event_id, row.type)
        _note_failure(row, error, now=now)


def _readable(row: WebhookEvent) -> Json:
    """Return the event without the characters that PostgreSQL can't keep in jsonb.

    That an object was deleted is told by the event's type alone; it is marked as Stripe's API does.
    """
    event: Json = _storable(json.loads(row.payload))
    obj = event["data"]["object"]
    if row.type == f"{obj.get('object')}.deleted":
        obj["deleted"] = True
    return event


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _fetch(row: WebhookEvent, event: Json) -> bool:
    """Ask Stripe, before the transaction, for what the payload does not tell.

    Returns:
        whether the object is Stripe's current one, because another event of the same second makes
        it unknown which of the two is newer.
    """
    if not _concerns_us(row):
        return False
    obj = event["data"]["object"]
    is_tied = _is_tied(row, obj)
    if is_tied:
        with suppress(GatewayNotFound):
            event["data"]["object"] = gateway.retrieve(obj["object"], obj["id"])
    mirror.fetch_missing(event["data"]["object"])
    return is_tied


def _concerns_us(row: WebhookEvent) -> bool:
    """Whether we handle this type, and the event is of our key's mode."""
    return row.type in HANDLED and row.livemode == settings.STRIPE.livemode


def _is_tied(row: WebhookEvent, obj: Json) -> bool:
    return mirror.is_tied(obj, event_id=row.stripe_event_id, as_of=row.stripe_created)


def _process(row: WebhookEvent, event: Json, *, is_fresh: bool, now: datetime) -> bool:
    """Do all of it in one transaction.

    Returns:
        False where the object must be fetched first: a tied event was processed meanwhile.
    """
    with transaction.atomic(durable=True):
        locked = (
            WebhookEvent.objects.select_for_update(skip_locked=True)
            .filter(pk=row.pk, state=State.RECEIVED)
            .first()
        )
        if locked is None:
            return True
        if _concerns_us(row):
            obj = event["data"]["object"]
            mirror.lock_object(row.object_id)
            if not is_fresh and _is_tied(row, obj):
                return False
            mirror.apply(obj, event_id=row.stripe_event_id, as_of=row.stripe_created)
            mirror.store_event(event).invoke_webhook_handlers()
        locked.state = State.PROCESSED if _concerns_us(row) else State.IGNORED
        locked.attempts += 1
        locked.last_error = ""
        locked.processed_at = now
        if mirror.is_erased(event["data"]["object"]):
            # Stripe goes on to tell of a person whom we had to forget.
            mirror.forget_events([row.stripe_event_id])
            locked.payload = ""
        locked.save()
    return True


def _note_failure(row: WebhookEvent, error: Exception, *, now: datetime) -> None:
    with transaction.atomic():
        locked = WebhookEvent.objects.select_for_update().get(pk=row.pk)
        if locked.state != State.RECEIVED:
            return
        locked.attempts += 1
        wait = min(FIRST_RETRY * 2**locked.attempts, LONGEST_RETRY)
        locked.next_attempt_at = now + wait * random.uniform(0.5, 1.0)  # noqa: S311  (jitter)
        locked.last_error = f"{type(error).__name__}: {error}"[:2000]
        if locked.attempts >= MAX_ATTEMPTS:
            locked.state = State.NEEDS_ATTENTION
        locked.save()
