"""Long work that a person asks for, done by a worker and told as it goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from myhibachi.core.models import AuditEntry
from payments.models import Difference, Job, ReconcileRun, WebhookEvent
from payments.system import jobs
from payments.system.checks import CHECKS
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def done(kind: str) -> Job:
    """Ask for a job as an admin, do it as the worker would, and return it."""
    job = jobs.ask(kind=kind, actor=UserFactory(role="admin"), now=timezone.now())
    jobs.run(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_asking_is_written_into_the_audit_log():
    actor = UserFactory(role="finance")

    job = jobs.ask(kind="compare", actor=actor, now=timezone.now())

    entry = AuditEntry.objects.get(action="job.asked")
    assert (entry.actor_id, entry.object_id, entry.changes) == (
        actor.pk,
        str(job.pk),
        {"kind": "compare"},
    )
    assert (job.state, job.finished_at) == ("asked", None)


@pytest.mark.parametrize(
    ("kind", "may"),
    [
        ("check", ["finance", "admin"]),
        ("compare", ["finance", "admin"]),
        ("fetch", ["admin"]),
        ("sync", ["admin"]),
    ],
)
def test_each_job_has_its_permission(kind, may):
    asked = []
    for role in ("support", "manager", "finance", "admin"):
        try:
            job = jobs.ask(kind=kind, actor=UserFactory(role=role), now=timezone.now())
        except NotAllowed:
            continue
        jobs.run(job_id=job.pk)
        asked.append(role)
    assert asked == may


def test_of_many_who_ask_at_once_one_is_heard():
    actor, now = UserFactory(role="admin"), timezone.now()

    def ask(_: int) -> str:
        try:
            jobs.ask(kind="compare", actor=actor, now=now)
        except jobs.UnderWay as refused:
            return refused.detail
        finally:
            connection.close()
        return "asked"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(ask, range(8)))

    assert said == ["asked"] + ["“Compare now” is under way already."] * 7
    assert (Job.objects.count(), AuditEntry.objects.filter(action="job.asked").count()) == (1, 1)


def test_a_task_delivered_twice_does_the_work_once():
    first = done("compare")

    jobs.run(job_id=first.pk)

    assert ReconcileRun.objects.count() == 1


def test_a_job_that_was_cut_off_makes_room_for_the_next():
    actor, now = UserFactory(role="admin"), timezone.now()
    dead = jobs.ask(kind="fetch", actor=actor, now=now - timedelta(minutes=20))
    assert jobs.is_cut_off(dead, now=now)

    jobs.ask(kind="fetch", actor=actor, now=now)

    dead.refresh_from_db()
    assert (dead.state, dead.said, dead.finished_at) == ("failed", jobs.CUT_OFF, now)
    jobs.run(job_id=dead.pk)
    dead.refresh_from_db()
    assert dead.state == "failed"


def test_comparing_finds_what_differs_and_mends_nothing():
    stripe.call("POST", "products", name="Salmon")
    stripe.call("POST", "customers", name="Ada")

    job = done("compare")

    assert (job.state, job.said) == ("done", f"{Difference.objects.count()} differences.")
    assert Difference.objects.filter(closed_at=None).exists()
    assert not ReconcileRun.objects.get().with_fix


def test_fetching_brings_what_was_never_delivered():
    stripe.call("POST", "customers", name="Ada")

    job = done("fetch")

    count = WebhookEvent.objects.count()
    assert count > 0
    assert job.said == f"{count} of Stripe's {count} events were missing, and are here now."


def test_syncing_copies_the_catalogue():
    stripe.call("POST", "products", name="Salmon")

    assert done("sync").said == "Products and prices: 1 created."
    assert done("sync").said == "Products and prices: 1 unchanged."


def test_checking_keeps_what_each_check_said():
    job = done("check")

    problems = {kept["name"]: kept["problem"] for kept in job.findings}
    assert list(problems) == list(CHECKS)
    assert problems["worker"] == "No Celery worker answers."
    assert job.said.endswith(f"of {len(CHECKS)} checks found something.")


def test_stripe_being_down_is_the_outcome_in_words(sandbox):
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "times": 100}]})

    job = done("sync")

    assert job.state == "failed"
    assert job.said
    assert job.finished_at
