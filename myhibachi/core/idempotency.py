"""Idempotency keys: the same POST, sent again, is answered again and not done again.

The rules are Stripe's: a key belongs to one person and one request for 24 hours.
"""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Model, QuerySet

from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from myhibachi.core.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
# Longer than any request lives; after that its process is gone.
IN_FLIGHT_FOR = timedelta(minutes=2)

Made = TypeVar("Made", bound=Model)


class KeyReused(DomainError):
    """The key was used for another request before."""

    code = "idempotency_key_reused"


class KeyInUse(DomainError):
    """The first request with this key is still being worked on."""

    code = "idempotency_key_in_use"


def claim(
    *, user_id: UUID, method: str, path: str, key: str, request_hash: str, now: datetime
) -> IdempotencyKey:
    """Return the key's row: with a `status` it holds the answer, without one the work is ours.

    Raises:
        KeyReused: the key was sent with another body.
        KeyInUse: the same request is in flight.
    """
    try:
        row, created = IdempotencyKey.objects.get_or_create(
            user_id=user_id,
            method=method,
            path=path,
            key=key,
            defaults={"request_hash": request_hash, "started_at": now},
        )
    except IntegrityError as error:  # released between our insert and our read
        raise _in_use() from error
    if created:
        return row
    if row.started_at < now - KEPT_FOR:
        return _take_over(row, request_hash, now)
    if row.request_hash != request_hash:
        raise KeyReused("This Idempotency-Key was used for another request.")
    if row.status is not None:
        return row
    if row.started_at < now - IN_FLIGHT_FOR:
        return _take_over(row, request_hash, now)
    raise _in_use()


def store(row: IdempotencyKey, *, status: int, body: str) -> None:
    """Keep the answer of a claimed request."""
    _ours(row).update(status=status, body=body)


def release(row: IdempotencyKey) -> None:
    """Forget a claimed request that did nothing, so that it can be sent again."""
    _ours(row).delete()


def find_made(
    rows: QuerySet[Made], new_id: UUID | None, *, now: datetime
) -> tuple[Made | None, UUID]:
    """Return what a request has made before its process died, and the id of what it is to make.

    Args:
        rows: of a table with a `created_at`.
        new_id: chosen by the caller before the first try, if by anybody. What bears it for longer
            than a key is kept is another request's.
    """
    made = rows.filter(pk=new_id, created_at__gt=now - KEPT_FOR).first() if new_id else None
    if new_id is None or rows.filter(pk=new_id).exists():
        return made, uuid7()
    return None, new_id


def purge(*, now: datetime) -> int:
    """Delete the keys that have had their time; return how many."""
    return IdempotencyKey.objects.filter(started_at__lt=now - KEPT_FOR).delete()[0]


def _ours(row: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(pk=row.pk, attempt=row.attempt)


def _take_over(row: IdempotencyKey, request_hash: str, now: datetime) -> IdempotencyKey:
    taken = _ours(row).update(
        attempt=(attempt := uuid7()),
        request_hash=request_hash,
        status=None,
        body="",
        started_at=now,
    )
    if not taken:
        raise _in_use()
    row.attempt, row.status = attempt, None
    return row


def _in_use() -> KeyInUse:
    return KeyInUse("A request with this Idempotency-Key is still being worked on.")
