"""How the machinery stands, in a fixed number of cheap queries however much there is."""

import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from redis import RedisError

from bookings.models import Email
from myhibachi.core import health
from myhibachi.core.tasks import HEARTBEAT_KEY
from payments.models import (
    BackfillCursor,
    BalanceCursor,
    Difference,
    Job,
    ReconcileRun,
    WebhookEvent,
)

State = WebhookEvent.State

# What is more is said to be "10,000 or more": nobody acts on the difference.
MOST = 10_000
OURS = (
    "payments.WebhookEvent",
    "payments.Payment",
    "payments.LedgerEntry",
    "bookings.Booking",
    "customers.Customer",
    "core.AuditEntry",
)
COPIES = (
    "Charge",
    "Customer",
    "Dispute",
    "Event",
    "Invoice",
    "PaymentIntent",
    "Price",
    "Product",
    "Refund",
    "Session",
)
PROGRAMS = {"Django": "django", "dj-stripe": "dj-stripe", "Stripe's library": "stripe"}
ESTIMATE = "SELECT relname, reltuples::bigint FROM pg_class WHERE oid = ANY(%s::regclass[])"


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Rows that wait for something: how many, `MOST` at most, and since when the oldest does."""

    count: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Stripe's events."""

    waiting: Pile
    stuck: Pile
    last_hour: int
    last_day: int
    last: WebhookEvent | None


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """The worker and beat, as far as Redis knows; None where it does not say."""

    beaten_at: datetime | None
    tasks_waiting: int | None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far we and Stripe are known to agree."""

    events_until: datetime | None
    balance_until: datetime | None
    last_run: ReconcileRun | None
    differences: Pile


def inbox(*, now: datetime) -> Inbox:
    """Return how Stripe's events stand."""
    events = WebhookEvent.objects.order_by("received_at")
    return Inbox(
        waiting=_pile(events.filter(state=State.RECEIVED), "received_at"),
        stuck=_pile(events.filter(state=State.NEEDS_ATTENTION), "received_at"),
        last_hour=_capped(events.filter(received_at__gte=now - timedelta(hours=1))),
        last_day=_capped(events.filter(received_at__gte=now - timedelta(days=1))),
        last=WebhookEvent.objects.defer("payload").order_by("-received_at", "-id").first(),
    )


def pulse() -> Pulse:
    """Return when beat and a worker were last heard of, and how long the queue is."""
    try:
        return Pulse(beaten_at=cache.get(HEARTBEAT_KEY), tasks_waiting=health.tasks_waiting())
    except (RedisError, OSError):
        return Pulse(beaten_at=None, tasks_waiting=None)


def emails(*, now: datetime) -> tuple[Pile, Pile]:
    """Return the e-mails not sent yet, and those given up in the last week."""
    queued = Email.objects.filter(status=Email.Status.QUEUED).order_by("next_attempt_at")
    lately = now - timedelta(days=7)
    failed = Email.objects.filter(status=Email.Status.FAILED, created_at__gte=lately)
    return _pile(queued, "created_at"), _pile(failed.order_by("created_at"), "created_at")


def agreement() -> Agreement:
    """Return what was compared with Stripe, and up to when."""
    events = BackfillCursor.objects.filter(pk=1).values_list("at", flat=True).first()
    balance = BalanceCursor.objects.filter(pk=1).values_list("at", flat=True).first()
    open_ones = Difference.objects.filter(closed_at=None).order_by("first_seen_at")
    return Agreement(
        events_until=events,
        balance_until=balance,
        last_run=ReconcileRun.objects.order_by("-started_at", "-id").first(),
        differences=_pile(open_ones, "first_seen_at"),
    )


def jobs() -> dict[str, Job]:
    """Return the last job of each kind."""
    last = Job.objects.order_by("kind", "-asked_at").distinct("kind").select_related("asked_by")
    return {job.kind: job for job in last}


def sizes() -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Return about how many rows our tables have, and those of the copy of Stripe's objects.

    PostgreSQL's own estimate, as old as its last look at the table; None before the first.
    """
    ours = [apps.get_model(label) for label in OURS]
    copies = [apps.get_model("djstripe", name) for name in COPIES]
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATE, [[model._meta.db_table for model in (*ours, *copies)]])
        rows = dict(cursor.fetchall())
    return _named(ours, rows), _named(copies, rows)


def set_up() -> dict[str, str]:
    """Return which programs run, and how they are set up; nothing secret."""
    pg = divmod(int(getattr(connection, "pg_version")), 10_000)  # noqa: B009 # PostgreSQL's own
    secrets = len(settings.STRIPE.webhook_secrets)
    return {
        "My Hibachi": f"{settings.ENVIRONMENT}, Python {platform.python_version()}",
        **{name: version(package) for name, package in PROGRAMS.items()},
        "PostgreSQL": f"{pg[0]}.{pg[1]}",
        "Stripe's API": f"version {settings.STRIPE_API_VERSION}",
        "Stripe's mode": "live" if settings.STRIPE.livemode else "test",
        "Signing secret": f"{secrets} set" if secrets else "none",
    }


def _pile(rows: QuerySet[Any], moment: str) -> Pile:
    """Return how many there are, `MOST` at most, and the moment of the first."""
    since = rows.values_list(moment, flat=True).first()
    return Pile(count=_capped(rows), since=since)


def _capped(rows: QuerySet[Any]) -> int:
    return int(rows.order_by()[:MOST].count())


def _named(models: list[Any], rows: dict[str, int]) -> dict[str, int | None]:
    """Return each model's estimate by its name in the plural."""
    found = {model: rows.get(model._meta.db_table, -1) for model in models}
    return {
        str(model._meta.verbose_name_plural).capitalize(): (None if about < 0 else about)
        for model, about in found.items()
    }
