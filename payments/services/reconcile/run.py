"""One comparison of everything, in memory that does not grow with it."""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from payments import gateway
from payments.models import Difference, LedgerEntry, ReconcileRun
from payments.queries.proofs import wrong_bookings
from payments.services.paid_back import CAUSE
from payments.services.reconcile import book_rows, causes, gone, notes, own_rows
from payments.services.reconcile.found import Found, Kind
from payments.services.reconcile.mend import in_order, mend
from payments.services.reconcile.record import keep
from payments.services.reconcile.subjects import (
    LISTED,
    SUBJECTS,
    check_one,
    check_page,
    seen_in,
)

CHUNK = 200
# Longer than Stripe keeps its events: what they failed to tell is found while they may be fetched,
# and once more afterwards.
LATELY = timedelta(days=35)
# What only we have. So many at once rather means that the key is another account's.
GONE = (Kind.LEDGER_EXTRA, Kind.GONE_AT_STRIPE, Kind.MIRROR_EXTRA)
MOST_GONE = 10
TOO_MANY_GONE = (
    "So much that Stripe does not have: is this the right account? "
    "If it is, mend each in the admin."
)


class AlreadyRunning(DomainError):
    """Another reconciliation is under way."""

    code = "already_running"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many objects have been compared so far."""

    what: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is left of the differences of one object, once it was mended."""

    object_type: str
    object_id: str
    remaining: tuple[Found, ...]
    refusal: str


@dataclass(kw_only=True)
class _Run:
    id: UUID = field(default_factory=uuid7)
    since: datetime | None
    fix: bool
    store: bool
    now: datetime
    checked: Counter[str] = field(default_factory=Counter)
    found: int = 0
    mended: int = 0
    gone: int = 0


def reconcile(
    *, since: datetime | None, fix: bool, dry_run: bool = False, now: datetime
) -> Generator[Progress | Found | Outcome]:
    """Compare Stripe, the mirror, our rows, the ledger and the bookings' totals.

    Args:
        since: compare what was made since then, and what is open; None is everything.
        fix: mend what can be mended.
        dry_run: store and mend nothing.

    Yields:
        progress, then each difference that was still there at a second look, then what mending
        came to.

    Raises:
        AlreadyRunning: one at a time.
        GatewayUnavailable: Stripe can't be reached; what is mended stays so.
    """
    run = _Run(since=since, fix=fix and not dry_run, store=not dry_run, now=now)
    with _alone():
        notes.forget_others(run.id)
        kept = None
        if run.store:
            kept = ReconcileRun.objects.create(since=since, with_fix=run.fix, started_at=now)
        try:
            yield from _compare(run)
            yield from _look_again(run)
            if run.fix:
                yield from _mend_all(run)
            if kept:
                _finish(kept, run)
        finally:
            notes.forget(run.id)


def reconcile_lately(*, now: datetime) -> int:
    """Compare what was made in the last `LATELY` and what is open; mend nothing.

    Returns:
        how many differences there are.

    Raises:
        AlreadyRunning, GatewayUnavailable: as `reconcile` says.
    """
    steps = reconcile(since=now - LATELY, fix=False, now=now)
    return sum(isinstance(step, Found) for step in steps)


def _finish(kept: ReconcileRun, run: _Run) -> None:
    kept.checked = dict(run.checked)
    kept.found, kept.mended = run.found, run.mended
    kept.finished_at = timezone.now()
    kept.save()


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('reconcile', 0))")
        if not cursor.fetchone()[0]:
            raise AlreadyRunning("Another reconciliation is under way.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('reconcile', 0))")


def _compare(run: _Run) -> Iterator[Progress]:
    """Note everything that looks wrong."""
    since = int(run.since.timestamp()) if run.since else None
    for object_type in LISTED:
        expand = SUBJECTS[object_type].expand
        for page in gateway.list_pages(object_type, since=since, expand=expand):
            notes.suspect(run.id, check_page(object_type, page))
            notes.note_seen(run.id, seen_in(object_type, page))
            run.checked[object_type] += len(page)
            yield Progress(what=object_type, count=run.checked[object_type])
    _suspect_unseen(run)
    for label, book in book_rows.BOOKS.items():
        for page in gateway.list_pages(book.stripe_type, since=since):
            notes.suspect(run.id, book_rows.check(label, page, now=run.now))
            run.checked[book.stripe_type] += len(page)
            yield Progress(what=book.stripe_type, count=run.checked[book.stripe_type])
    yield from _compare_own_rows(run)


def _suspect_unseen(run: _Run) -> None:
    """Note what we have and Stripe did not list: it was made earlier, or it is not there."""
    for object_type in LISTED:
        copies = notes.unseen(run.id, gone.copies(object_type, since=run.since), "id")
        notes.suspect_each(run.id, object_type, copies.iterator(CHUNK), Kind.MIRROR_EXTRA)
        if object_type in gone.NAMES:
            named = gone.named_by_rows(object_type, since=run.since)
            rows = notes.unseen(run.id, named, gone.NAMES[object_type][1])
            notes.suspect_each(run.id, object_type, rows.iterator(CHUNK), Kind.GONE_AT_STRIPE)
    ours = Q(cause__startswith="manual:") | Q(cause__startswith=CAUSE)
    entries = LedgerEntry.objects.exclude(ours | Q(cause__startswith="adjustment:"))
    if run.since:
        entries = entries.filter(recorded_at__gte=run.since)
    uncaused = notes.unseen(run.id, entries.values_list("cause", flat=True), "cause")
    notes.suspect_each(run.id, causes.ENTRY, uncaused.iterator(CHUNK), Kind.LEDGER_EXTRA)


def _compare_own_rows(run: _Run) -> Iterator[Progress]:
    manual = own_rows.manual_payments().order_by("pk")
    if run.since:
        manual = manual.filter(created_at__gte=run.since)
    for rows in notes.batched(manual.iterator(CHUNK), CHUNK):
        notes.suspect(run.id, own_rows.check_manual(rows))
        run.checked["manual payment"] += len(rows)
        yield Progress(what="manual payment", count=run.checked["manual payment"])
    by_hand = own_rows.paid_back().order_by("pk")
    if run.since:
        by_hand = by_hand.filter(updated_at__gte=run.since)
    for refunds in notes.batched(by_hand.iterator(CHUNK), CHUNK):
        notes.suspect(run.id, own_rows.check_paid_back(refunds))
        run.checked["manual refund"] += len(refunds)
        yield Progress(what="manual refund", count=run.checked["manual refund"])
    nobody = own_rows.paid_back_by_nobody().values_list("cause", flat=True)
    notes.suspect_each(run.id, causes.ENTRY, nobody.iterator(CHUNK), Kind.LEDGER_EXTRA)
    for label in own_rows.MODELS:
        waiting = own_rows.unanswered(label, now=run.now).values_list("pk", flat=True)
        notes.suspect_each(run.id, label, waiting.iterator(CHUNK), Kind.UNANSWERED)
    nothing = own_rows.paid_by_nothing().values_list("pk", flat=True)
    notes.suspect_each(run.id, own_rows.PAYMENT, nothing.iterator(CHUNK), Kind.GONE_AT_STRIPE)
    wrong = wrong_bookings().values_list("pk", flat=True)
    notes.suspect_each(run.id, own_rows.BOOKING, wrong.iterator(CHUNK), Kind.PROJECTION)


def _look_again(run: _Run) -> Iterator[Found]:
    """Look at each suspect by itself: what was under way when its page came is done by now."""
    known = Difference.objects.filter(closed_at=None)
    triples = known.values_list("object_type", "object_id", "kind")
    notes.suspect_known(run.id, triples.iterator(CHUNK))
    for object_type, object_id in notes.suspects(run.id):
        found = check_one(object_type, object_id, now=run.now)
        if run.store:
            keep(object_type, object_id, found, now=run.now)
        if not found:
            notes.acquit(run.id, object_type, object_id)
        run.found += len(found)
        run.gone += sum(each.kind in GONE for each in found)
        yield from in_order(found)


def _mend_all(run: _Run) -> Iterator[Outcome]:
    spare = frozenset(GONE) if run.gone > MOST_GONE else frozenset[Kind]()
    for object_type, object_id in notes.suspects(run.id):
        remaining, refusal = mend(object_type, object_id, actor=None, now=run.now, spare=spare)
        if any(each.kind in spare for each in remaining):
            refusal = refusal or TOO_MANY_GONE
        run.mended += keep(object_type, object_id, remaining, refusal=refusal, now=run.now)
        yield Outcome(
            object_type=object_type,
            object_id=object_id,
            remaining=tuple(remaining),
            refusal=refusal,
        )
