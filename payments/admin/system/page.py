"""Health: how the machinery stands, and what the technical owner may have done about it."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.system import parts
from payments.models import Job
from payments.system import jobs, standing
from payments.system.checks import QUICK, examine
from payments.webhooks.replay import MOST, replay_all
from payments.webhooks.replay import PERMISSION as REPLAY

NAME = "system"
PERMISSION = "payments.view_webhookevent"


def view(request: HttpRequest) -> HttpResponse:
    """Show it. Asks nobody but PostgreSQL and Redis, so that it answers when Stripe does not."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return render(request, "admin/system/health.html", _context(request, timezone.now()))


def _context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    actor, last = cast(User, request.user), standing.jobs()
    ours, copies = standing.sizes()
    queued, failed = standing.emails(now=now)
    checks = parts.checks(list(examine(QUICK)), last.get(Job.Kind.CHECK))
    return {
        **admin.site.each_context(request),
        "title": "Health",
        "checks": checks,
        "wrong": [each for each in checks if each.problem],
        "last_check": last.get(Job.Kind.CHECK),
        "inbox": standing.inbox(now=now),
        "pulse": standing.pulse(),
        "queued": queued,
        "failed": failed,
        "agreement": standing.agreement(),
        "jobs": parts.jobs(last, actor, now=now),
        "may_replay": actor.has_perm(REPLAY),
        "set_up": [
            ("Programs", standing.set_up()),
            ("Rows, about", parts.counted(ours)),
            ("Copy of Stripe's objects, about", parts.counted(copies)),
        ],
    }


@require_POST
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask a worker for one of the jobs."""
    if kind not in Job.Kind:
        raise Http404
    actor = cast(User, request.user)
    if not actor.has_perm(jobs.PERMISSIONS[kind]):
        raise PermissionDenied
    try:
        job = jobs.ask(kind=kind, actor=actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        words = f"“{job.get_kind_display()}” is asked for. Reload this page to see how it goes."
        messages.success(request, words)
    return redirect(NAME)


@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Replay what needs attention."""
    actor = cast(User, request.user)
    if not actor.has_perm(REPLAY):
        raise PermissionDenied
    count = replay_all(actor=actor, now=timezone.now())
    rest = " Press again for the rest." if count == MOST else ""
    messages.success(request, f"{count} to be processed again.{rest}")
    return redirect(NAME)
