"""Importing a statement: its lines are kept, and what names its booking is recorded there."""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import DomainError, NotAllowed
from myhibachi.core.tasks import enqueue
from payments.errors import AlreadyDecided, AlreadyPaid, GatewayUnavailable, ImportChanged
from payments.models import MoneyIn, MoneyInBatch
from payments.services.money_in.decide import PERMISSION, record_on_booking
from payments.services.money_in.plan import Plan, Planned, plan_import
from payments.services.money_in.values import DateOrder

logger = logging.getLogger(__name__)

# Recorded while the person waits; what is more, or waits for Stripe, a task records.
AT_ONCE = 50
BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did. `batch` is None where nothing was new."""

    batch: MoneyInBatch | None
    new: int
    recorded: int
    # Agreed to, and recorded as soon as Stripe answers.
    waiting: int


def import_statement(
    *,
    text: str,
    source: str,
    method: str = "",
    date_order: DateOrder | None = None,
    seen: str,
    actor: User,
    now: dt.datetime,
) -> Imported:
    """Import what a person has seen as a plan and agreed to.

    The lines are stored first, all of them or none, each with the booking it is agreed to be
    recorded on. Then each is recorded in a transaction of its own: should we die in between, the
    task finishes it, and the same text again finds every line known.

    Args:
        source: the file's name, or "pasted".
        seen: the `digest` of the plan that the person agreed to.

    Raises:
        NotAllowed: this person may not import money.
        ImportChanged: it would do something else now.
        InvalidInput: as `plan_import`.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not import money.")
    plan = plan_import(text=text, method=method, date_order=date_order, suggested=0, now=now)
    if plan.digest != seen:
        raise ImportChanged("Something has changed in the meantime. Please look again.")
    with transaction.atomic(durable=True):
        batch, new = _store(plan, source=source, actor=actor, now=now)
        agreed = _agree(plan.of("recorded"), actor=actor, now=now)
        enqueue("payments.tasks.finish_money_in")
    for money_in_id in agreed[:AT_ONCE]:
        finish(money_in_id, now=now)
    lines = MoneyIn.objects.filter(pk__in=agreed)
    recorded = lines.filter(status=MoneyIn.Status.RECORDED).count()
    waiting = lines.filter(status=MoneyIn.Status.UNMATCHED, booking__isnull=False).count()
    return Imported(batch=batch, new=new, recorded=recorded, waiting=waiting)


def finish_agreed(*, now: dt.datetime) -> int:
    """Record what was agreed to and is not recorded yet; return how many lines were looked at."""
    agreed = MoneyIn.objects.filter(status=MoneyIn.Status.UNMATCHED, booking__isnull=False)
    found = list(agreed.order_by("decided_at").values_list("pk", flat=True)[:BATCH])
    for money_in_id in found:
        finish(money_in_id, now=now)
    return len(found)


def finish(money_in_id: UUID, *, now: dt.datetime) -> None:
    """Record one line as agreed; where that is not possible any more, leave it to a person."""
    line = MoneyIn.objects.select_related("decided_by").get(pk=money_in_id)
    if line.status != MoneyIn.Status.UNMATCHED or not (line.booking_id and line.decided_by):
        return
    try:
        record_on_booking(
            money_in_id=line.pk,
            booking_id=line.booking_id,
            is_agreed=True,
            actor=line.decided_by,
            now=now,
        )
    except (GatewayUnavailable, AlreadyPaid) as error:
        logger.warning("money in %s waits: %s", line.pk, error.code)
    except AlreadyDecided:
        return
    except DomainError as error:
        left = MoneyIn.objects.filter(pk=line.pk, status=MoneyIn.Status.UNMATCHED)
        left.filter(booking=line.booking_id).update(booking=None, note=error.detail)


def _store(
    plan: Plan, *, source: str, actor: User, now: dt.datetime
) -> tuple[MoneyInBatch | None, int]:
    """Keep the lines that are new; return their batch and how many they are."""
    fresh = [each.line for each in plan.planned if each.known is None]
    if not fresh:
        return None, 0
    batch = MoneyInBatch.objects.create(imported_by=actor, source=source[:200])
    rows = [
        MoneyIn(
            batch=batch,
            fingerprint=line.fingerprint,
            method=line.method,
            amount=line.amount,
            received_on=line.received_on,
            sender=line.sender,
            memo=line.memo,
            bank_reference=line.bank_reference,
        )
        # In one order, so that two imports of the same wait for each other and not in a circle.
        for line in sorted(fresh, key=lambda line: line.fingerprint)
    ]
    MoneyIn.objects.bulk_create(rows, ignore_conflicts=True)
    new = batch.lines.count()
    if not new:
        batch.delete()
        return None, 0
    audit.record("money_in.imported", batch, actor=actor, lines=new)
    return batch, new


def _agree(planned: Iterable[Planned], *, actor: User, now: dt.datetime) -> list[UUID]:
    """Note where each of these is to be recorded; return those that are to be."""
    ids = []
    for each in planned:
        line = MoneyIn.objects.filter(
            fingerprint=each.line.fingerprint,
            status=MoneyIn.Status.UNMATCHED,
            booking__isnull=True,
        )
        booking = each.match.booking if each.match else None
        if booking and line.update(booking=booking, decided_by=actor, decided_at=now, note=""):
            ids.append(MoneyIn.objects.get(fingerprint=each.line.fingerprint).pk)
    return ids
