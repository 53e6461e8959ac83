"""Fetches from Stripe's own list of events what its deliveries did not bring."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from payments import gateway
from payments.models import BackfillCursor, WebhookEvent
from payments.webhooks import inbox

# https://docs.stripe.com/api/events: "going back up to 30 days".
STRIPE_KEEPS = timedelta(days=30)
# An event may enter Stripe's list a little after the second it is dated.
OVERLAP = timedelta(minutes=10)
PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Page:
    """How far a backfill has come: the page's oldest event, and counts of this page."""

    oldest: datetime
    seen: int
    added: int


def backfill(*, since: datetime, now: datetime, dry_run: bool = False) -> Iterator[Page]:
    """Put every event that Stripe has made since then into the inbox, the newest page first.

    Args:
        since: at most 30 days ago; Stripe has none older.
        dry_run: only count what is missing.

    Yields:
        a page's counts, once its events are kept.

    Raises:
        GatewayUnavailable: try again; what is kept is kept.
    """
    events = gateway.list_events(since=int(since.timestamp()))
    while page := list(islice(events, PAGE)):
        ids = [event["id"] for event in page]
        known = set(
            WebhookEvent.objects.filter(stripe_event_id__in=ids).values_list(
                "stripe_event_id", flat=True
            )
        )
        missing = [event for event in page if event["id"] not in known]
        if not dry_run:
            for event in missing:
                inbox.keep(event, payload=json.dumps(event), now=now)
        oldest = min(event["created"] for event in page)
        yield Page(
            oldest=datetime.fromtimestamp(oldest, tz=since.tzinfo),
            seen=len(page),
            added=len(missing),
        )


def backfill_from_cursor(*, now: datetime) -> int:
    """Backfill from where the last one began, and move the cursor when all of it is kept.

    Returns:
        how many events were missing.
    """
    cursor = BackfillCursor.objects.filter(pk=1).first()
    since = max(cursor.at - OVERLAP if cursor else now - STRIPE_KEEPS, now - STRIPE_KEEPS)
    added = sum(page.added for page in backfill(since=since, now=now))
    BackfillCursor.objects.update_or_create(pk=1, defaults={"at": now})
    return added
