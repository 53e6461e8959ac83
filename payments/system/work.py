"""What the jobs do. Each yields what to keep of its progress, and its outcome last."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from payments.models import Job
from payments.services import products
from payments.services.reconcile import run as reconciliation
from payments.services.reconcile.found import Found
from payments.system.checks import CHECKS, examine
from payments.webhooks import backfill

# Columns of a job.
Told = dict[str, Any]

EVERY = 25


def check(now: datetime) -> Iterator[Told]:
    """Let the doctor look at everything."""
    findings: list[Told] = []
    for finding in examine(CHECKS):
        findings.append(asdict(finding))
        yield {"said": f"{len(findings)} of {len(CHECKS)} checks.", "findings": findings}
    wrong = sum(bool(finding["problem"]) for finding in findings)
    yield {"said": f"{wrong} of {len(findings)} checks found something." if wrong else "All well."}


def compare(now: datetime) -> Iterator[Told]:
    """Compare as beat does each night; mend nothing."""
    found = 0
    since = now - reconciliation.LATELY
    for step in reconciliation.reconcile(since=since, fix=False, now=now):
        if isinstance(step, reconciliation.Progress):
            yield {"said": f"{step.count} compared: {step.what}."}
        found += isinstance(step, Found)
    yield {"said": f"{found} differences." if found else "No differences."}


def fetch(now: datetime) -> Iterator[Told]:
    """Fetch every event that Stripe still has and we have not."""
    seen = added = 0
    for page in backfill.backfill(since=now - backfill.STRIPE_KEEPS, now=now):
        seen, added = seen + page.seen, added + page.added
        back_to = timezone.localtime(page.oldest)
        yield {"said": f"{seen} seen, {added} missing, back to {back_to:%F %H:%M}."}
    yield {"said": f"{added} of Stripe's {seen} events were missing, and are here now."}


def sync(now: datetime) -> Iterator[Told]:
    """Copy Stripe's Products and Prices into the mirror."""
    outcomes: Counter[str] = Counter()
    for count, line in enumerate(products.sync_products(), start=1):
        outcomes[line.outcome] += 1
        if count % EVERY == 0:
            yield {"said": f"{count} looked at."}
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    yield {"said": f"Products and prices: {told or 'none'}."}


WORK: dict[str, Callable[[datetime], Iterator[Told]]] = {
    Job.Kind.CHECK: check,
    Job.Kind.COMPARE: compare,
    Job.Kind.FETCH: fetch,
    Job.Kind.SYNC: sync,
}
