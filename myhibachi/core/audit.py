"""The audit log."""

from collections.abc import Callable, Iterable
from typing import Any

import pgtrigger
from django.db import models

from myhibachi.core.models import AuditEntry

# What entries keep in cents, by the names it is kept under.
CENTS = frozenset((
    "adult_price", "amount", "balance", "child_price", "deposit", "deposit_due", "fee", "held",
    "kept", "old_total", "order_minimum", "paid", "policy_refund", "price", "refund_total",
    "reschedule_fee", "toddler_price", "total", "travel_price_per_mile", "unit_amount", "waived",
))  # fmt: skip


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
        changes: what to keep, JSON-ready; old and new as a pair. Cents go under a name of `CENTS`.
    """
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor else None,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        changes=changes,
        note=note,
    )


def redact(
    entries: Iterable[AuditEntry], *, without: Callable[[AuditEntry], tuple[dict[str, Any], str]]
) -> int:
    """Take personal data out of entries: the one change that the log allows, and by law has to.

    Who did what to which object, and when, stays.

    Args:
        without: returns what an entry's changes and note become.

    Returns:
        how many entries were changed.
    """
    redacted = 0
    with pgtrigger.ignore("core.AuditEntry:append_only"):
        for entry in entries:
            changes, note = without(entry)
            if (changes, note) != (entry.changes, entry.note):
                entry.changes, entry.note = changes, note
                entry.save(update_fields=["changes", "note"])
                redacted += 1
    return redacted
