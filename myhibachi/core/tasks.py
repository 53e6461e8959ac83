"""How everything below the tasks asks for background work: by name, after commit."""

import logging
from functools import partial

from celery import current_app, shared_task
from celery.signals import beat_init
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from myhibachi.core import idempotency

HEARTBEAT_KEY = "celery-heartbeat"

logger = logging.getLogger(__name__)


def enqueue(task: str, *args: object) -> None:
    """Ask for `task` (its dotted name) to run once the current transaction has committed.

    A broker that is down is logged and forgotten: each task here has a sweeper behind it.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: str, args: tuple[object, ...]) -> None:
    try:
        current_app.send_task(task, args=[str(arg) for arg in args])
    except (OperationalError, OSError) as error:
        logger.warning("could not enqueue %s: %s; its sweeper will", task, type(error).__name__)


@shared_task
def heartbeat() -> None:
    """Note that beat asked and a worker answered; `manage.py doctor` looks at it."""
    cache.set(HEARTBEAT_KEY, timezone.now(), timeout=None)


@beat_init.connect
def ask_at_once(**_: object) -> None:
    """Ask for the first heartbeat as beat starts: its schedule asks after a whole interval."""
    heartbeat.delay()


@shared_task
def purge_idempotency_keys() -> None:
    """Forget idempotency keys that are a day old."""
    idempotency.purge(now=timezone.now())
