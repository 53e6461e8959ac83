"""Long work that a person asks for: one at a time of each kind, done by a worker, told as it goes.

A worker that dies leaves a job open. It counts as cut off once nothing was heard of it for
`PATIENCE`, and may then be asked for again; each of these jobs is safe to repeat.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import DomainError, NotAllowed
from myhibachi.core.tasks import enqueue
from payments.models import Job
from payments.services.reconcile.record import PERMISSION as MEND
from payments.system.work import WORK
from payments.webhooks.replay import PERMISSION as REPLAY

Kind = Job.Kind
State = Job.State

PERMISSIONS: dict[str, str] = {
    Kind.CHECK: MEND,
    Kind.COMPARE: MEND,
    Kind.FETCH: REPLAY,
    Kind.SYNC: REPLAY,
}
PATIENCE = timedelta(minutes=15)
CUT_OFF = "Nothing was heard of it any more: it was cut off."


class UnderWay(DomainError):
    """A job of this kind is open."""

    code = "under_way"


def ask(*, kind: str, actor: User, now: datetime) -> Job:
    """Ask a worker for a job.

    Raises:
        NotAllowed: this person may not.
        UnderWay: it is being done, or waits for a worker.
    """
    if not actor.has_perm(PERMISSIONS[kind]):
        raise NotAllowed("You may not ask for this.")
    with transaction.atomic(durable=True):
        _close_cut_off(kind, now=now)
        # The unique index decides between two who ask at once.
        wanted = {"asked_by": actor, "asked_at": now, "heard_at": now}
        job, is_new = Job.objects.get_or_create(kind=kind, finished_at=None, defaults=wanted)
        if not is_new:
            raise UnderWay(f"“{job.get_kind_display()}” is under way already.")
        audit.record("job.asked", job, actor=actor, kind=kind)
        enqueue("payments.tasks.run_job", job.pk)
    return job


def is_cut_off(job: Job, *, now: datetime) -> bool:
    """Return whether an open job was silent for too long."""
    return job.finished_at is None and now - job.heard_at > PATIENCE


def run(*, job_id: int) -> None:
    """Do a job that was asked for, once, and keep what came of it.

    A task that is delivered twice finds it begun and leaves it alone.
    """
    job = Job.objects.get(pk=job_id)
    if not Job.objects.filter(pk=job_id, state=State.ASKED).update(state=State.RUNNING):
        return
    try:
        for told in WORK[job.kind](job.asked_at):
            _tell(job, **told)
    except DomainError as error:
        _tell(job, said=error.detail, state=State.FAILED, finished_at=timezone.now())
    except Exception as error:
        words = f"It failed ({type(error).__name__}); the worker's log says more."
        _tell(job, said=words, state=State.FAILED, finished_at=timezone.now())
        raise
    else:
        _tell(job, state=State.DONE, finished_at=timezone.now())


def _close_cut_off(kind: str, *, now: datetime) -> None:
    silent = Job.objects.filter(kind=kind, finished_at=None, heard_at__lt=now - PATIENCE)
    silent.update(state=State.FAILED, said=CUT_OFF, finished_at=now)


def _tell(job: Job, **changes: object) -> None:
    """Keep what is known of a job now, unless it was given up."""
    open_row = Job.objects.filter(pk=job.pk, finished_at=None)
    open_row.update(heard_at=timezone.now(), **changes)
