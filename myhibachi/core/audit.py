"""The audit log."""

from typing import Any

from django.db import models

from myhibachi.core.models import AuditEntry


def record(
    action: str,
    obj: models.Model,
    *,
    actor: models.Model | None,
    note: str = "",
    **changes: Any,
) -> AuditEntry:
    """Write one entry, in the caller's transaction.

    Args:
        action: what happened, as `noun.verb` ("refund.created").
        obj: what it happened to.
        actor: the user who did it; None for Stripe or the clock.
        note: the person's own words.
        changes: what to keep, JSON-ready; old and new as a pair.
    """
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor else None,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        changes=changes,
        note=note,
    )
