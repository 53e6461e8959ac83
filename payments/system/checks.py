"""Is everything that money depends on as it should be? One check a function, one line a check."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone
from redis import RedisError

from myhibachi.core import health
from myhibachi.core.tasks import HEARTBEAT_KEY
from payments import gateway
from payments.errors import GatewayError
from payments.models import WebhookEvent
from payments.queries.unproven import unproven
from payments.webhooks import endpoint
from payments.webhooks.refusals import refused_lately

# Beat asks for a heartbeat every 30 seconds.
HEARTBEAT_PATIENCE = timedelta(minutes=2)
BACKLOG_PATIENCE = timedelta(minutes=5)
# Half of the tolerance that a signature's time has.
CLOCK_TOLERANCE = timedelta(seconds=gateway.SIGNATURE_TOLERANCE_SECONDS / 2)
DELIVERIES_SINCE = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check says: fine, or what is wrong and what to do."""

    name: str
    problem: str = ""
    remedy: str = ""


class Ill(Exception):
    """A check found something. Its words never hold a secret."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def check_settings() -> None:
    # Start-up has checked each setting's form; this is about how they go together.
    is_public = settings.ENVIRONMENT in ("staging", "production")
    if is_public and not settings.SITE_URL.startswith("https://"):
        raise Ill("SITE_URL is not https.", "Stripe delivers to https only: set SITE_URL.")


def check_database() -> None:
    try:
        health.database()
    except DatabaseError:
        raise Ill("PostgreSQL does not answer.", "Start it, or correct DATABASE_URL.") from None


def check_migrations() -> None:
    if not health.migrations():
        raise Ill("Migrations are missing.", "Run manage.py migrate.")


def check_broker() -> None:
    try:
        health.broker()
    except (RedisError, OSError):
        raise Ill("Redis does not answer.", "Start it, or correct REDIS_URL.") from None


def check_worker() -> None:
    try:
        # One answer is enough: without a limit everybody's is waited for, however fast they are.
        answers = current_app.control.ping(timeout=2, limit=1)
    except Exception as error:  # whatever the broker's transport raises
        raise Ill(f"No worker could be asked ({type(error).__name__}).", "See broker.") from None
    if not answers:
        raise Ill("No Celery worker answers.", "Start celery -A myhibachi worker.")


def check_beat() -> None:
    beaten = cache.get(HEARTBEAT_KEY)
    if beaten is None or timezone.now() - beaten > HEARTBEAT_PATIENCE:
        raise Ill(
            "Beat has asked for nothing lately, or no worker did it.",
            "Start celery -A myhibachi beat: holds, sweeps and backfills wait for it.",
        )


def check_key_mode() -> None:
    if settings.STRIPE.livemode != settings.PRODUCTION:
        raise Ill(
            f"The Stripe key's mode does not fit ENVIRONMENT={settings.ENVIRONMENT}.",
            "Live keys belong in production and nowhere else.",
        )


def check_endpoint() -> None:
    url = endpoint.webhook_url()
    found = endpoint.find_endpoint(url)
    if found is None or found["status"] != "enabled":
        state = "not registered" if found is None else "disabled"
        raise Ill(f"{url} is {state} at Stripe.", "Run manage.py register_webhook.")
    if missing := endpoint.missing_events(found):
        raise Ill(
            f"Stripe does not send {len(missing)} of our event types, {missing[0]} among them.",
            "Run manage.py register_webhook.",
        )
    if version := endpoint.wrong_version(found):
        raise Ill(
            f"Stripe sends API version {version}.",
            "Delete the endpoint in Stripe's dashboard and run manage.py register_webhook.",
        )


def check_secrets() -> None:
    since = int((timezone.now() - DELIVERIES_SINCE).timestamp())
    refused = refused_lately(now=timezone.now())
    undelivered = next(gateway.list_undelivered_events(since=since), None)
    if refused and undelivered:
        raise Ill(
            f"{refused} deliveries had a signature that does not fit, and Stripe lacks our 200.",
            "Put the endpoint's signing secret into STRIPE_WEBHOOK_SECRET and restart.",
        )


def check_clock() -> None:
    skew = gateway.clock_skew()
    if abs(skew) > CLOCK_TOLERANCE:
        raise Ill(
            f"This machine's clock is {skew.total_seconds():+.0f} s from Stripe's.",
            "Turn on time synchronization: signatures are refused at 300 s.",
        )


def check_backlog() -> None:
    waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.RECEIVED)
    oldest = waiting.order_by("received_at").values_list("received_at", flat=True).first()
    if oldest and timezone.now() - oldest > BACKLOG_PATIENCE:
        minutes = int((timezone.now() - oldest).total_seconds() // 60)
        raise Ill(
            f"{waiting.count()} events wait, the oldest for {minutes} minutes.",
            "See that a worker runs, and the inbox in the admin for errors.",
        )


def check_attention() -> None:
    count = WebhookEvent.objects.filter(state=WebhookEvent.State.NEEDS_ATTENTION).count()
    if count:
        raise Ill(
            f"{count} events need attention.", "Read their errors in the admin, mend, and replay."
        )


def check_ledger() -> None:
    wrong = unproven(now=timezone.now())
    if wrong:
        first = wrong[0]
        raise Ill(
            f"{len(wrong)} figures are not what the ledger proves, {first.what} of"
            f" {first.reference} among them: {first.kept} instead of {first.proven} cents.",
            "Run manage.py reconcile --fix; see Attention in the admin for what stays.",
        )


CHECKS: dict[str, Callable[[], None]] = {
    "settings": check_settings,
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "worker": check_worker,
    "beat": check_beat,
    "key mode": check_key_mode,
    "webhook endpoint": check_endpoint,
    "webhook secret": check_secrets,
    "clock": check_clock,
    "event backlog": check_backlog,
    "events needing attention": check_attention,
    "ledger equals bookings": check_ledger,
}

# What looks at our own rows and settings alone, by an index: cheap enough for each visit of a page.
QUICK = {
    name: CHECKS[name]
    for name in (
        "settings",
        "database",
        "migrations",
        "broker",
        "beat",
        "key mode",
        "event backlog",
        "events needing attention",
    )
}
# What asks Stripe, or adds up every booking.
THOROUGH = {
    name: CHECKS[name]
    for name in ("webhook endpoint", "webhook secret", "clock", "ledger equals bookings")
}


def examine(checks: Mapping[str, Callable[[], None]] = CHECKS) -> Iterator[Finding]:
    """Run these checks; one that can't run at all is a finding too."""
    for name, check in checks.items():
        try:
            check()
        except Ill as found:
            yield Finding(name=name, problem=found.problem, remedy=found.remedy)
        except GatewayError as error:
            yield Finding(
                name=name,
                problem=f"Stripe did not answer: {error.detail}",
                remedy="Check STRIPE_SECRET_KEY, STRIPE_API_BASE and https://status.stripe.com.",
            )
        except (DatabaseError, RedisError, OSError) as error:
            yield Finding(
                name=name,
                problem=f"could not look ({type(error).__name__})",
                remedy="Mend the database or the broker first.",
            )
        else:
            yield Finding(name=name)
