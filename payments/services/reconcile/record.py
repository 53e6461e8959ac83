"""Keeps what is found: one open row for one kind and object, closed once it is gone."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from payments.models import Difference
from payments.services.reconcile.found import Found
from payments.services.reconcile.mend import mend

PERMISSION = "payments.mend_difference"


def keep(
    object_type: str,
    object_id: str,
    found: Iterable[Found],
    *,
    refusal: str = "",
    actor: User | None = None,
    now: datetime,
) -> int:
    """Store what is wrong with an object now, and close what no longer is.

    Args:
        refusal: why mending it failed, if it was tried.
        actor: who mended what is closed.

    Returns:
        how many were closed.
    """
    open_rows = Difference.objects.filter(
        object_type=object_type, object_id=object_id, closed_at=None
    )
    kinds = set()
    with transaction.atomic():
        _lock(object_type, object_id)
        for each in found:
            kinds.add(each.kind)
            values = {
                "booking_id": each.booking_id,
                "reason": each.reason,
                "remedy": each.remedy,
                "can_be_mended": each.can_be_mended,
                "refusal": refusal,
                "last_seen_at": now,
            }
            Difference.objects.update_or_create(
                kind=each.kind,
                object_type=object_type,
                object_id=object_id,
                closed_at=None,
                defaults=values | {"times_seen": F("times_seen") + 1},
                create_defaults=values | {"first_seen_at": now},
            )
        return open_rows.exclude(kind__in=kinds).update(closed_at=now, closed_by=actor)


def _lock(object_type: str, object_id: str) -> None:
    """Let nobody else open or close what is wrong with this object until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"payments.difference {object_type} {object_id}"],
        )


def mend_difference(*, difference_id: int, actor: User, now: datetime) -> Difference:
    """Mend one difference, because a person says so, as `reconcile --fix` does.

    All that is wrong with its object is mended with it.

    Raises:
        NotAllowed: this person may not.
        GatewayUnavailable: Stripe can't be reached.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not mend differences.")
    difference = Difference.objects.get(pk=difference_id)
    if difference.closed_at:
        return difference
    remaining, refusal = mend(difference.object_type, difference.object_id, actor=actor, now=now)
    keep(
        difference.object_type,
        difference.object_id,
        remaining,
        refusal=refusal,
        actor=actor,
        now=now,
    )
    difference.refresh_from_db()
    outcome = "mended" if difference.closed_at else "not mended"
    audit.record(
        "difference.mended", difference, actor=actor, outcome=outcome, reason=difference.reason
    )
    return difference
