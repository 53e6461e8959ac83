"""Is this process alive, and can it do its work? For load balancers; says nothing secret."""

from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

TIMEOUT = 1.0  # seconds
_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process lives; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything a request needs is there, else 503 and what is not."""
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def database() -> bool:
    """Return whether PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def broker() -> bool:
    """Return whether Redis answers."""
    with _redis() as redis:
        return bool(redis.ping())


def tasks_waiting() -> int:
    """Return how many tasks wait for a worker.

    Raises:
        RedisError: Redis does not answer.
    """
    with _redis() as redis:
        return int(redis.llen(current_app.conf.task_default_queue))


def migrations() -> bool:
    """Return whether every migration is applied. A yes is remembered: code doesn't change."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database,
    "broker": broker,
    "migrations": migrations,
}


def _redis() -> Redis:
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    return Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


def _outcome(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "failed"
    except (DatabaseError, RedisError, OSError):
        return "unreachable"
