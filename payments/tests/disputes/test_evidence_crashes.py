"""Evidence cut off between any two steps, and sent by many at once: the bank gets it once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError
from payments.models import Dispute, DisputeEvidence
from payments.services import evidence as service
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import disputed, save, submissions, submit, sweep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


def end() -> tuple[bool, str, str]:
    evidence = DisputeEvidence.objects.get()
    return evidence.awaiting_stripe, evidence.refused, Dispute.objects.get().status


class Killed(BaseException):
    """The process is gone: nothing in it runs any more."""


@pytest.mark.parametrize("step", ["send_evidence", "_apply"])
def test_killed_between_two_steps_the_sweeper_submits_it_once(finance, step):
    dispute = disputed()
    evidence = save(dispute, finance)
    with patch.object(service, step, side_effect=Killed), pytest.raises(Killed):
        submit(evidence, finance)
    assert end() == (True, "", "needs_response")

    sweep()
    sweep()

    assert end() == (False, "", "under_review")
    assert submissions(dispute) == 1


@pytest.mark.parametrize("kind", ["500", "reset", "reset_after", "timeout"])
def test_stripe_that_does_not_answer_is_asked_by_the_sweeper(sandbox, finance, kind):
    dispute = disputed()
    evidence = save(dispute, finance)
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    call = {"path": path, "method": "POST", "seconds": 0.1}
    # The first is met as asked; the SDK's own retries meet a connection that drops.
    faults = [{"kind": kind, **call}, {"kind": "reset", "times": 9, **call}]
    sandbox.control("POST", "faults", {"api": faults})

    submit(evidence, finance)
    assert end() == (True, "", "needs_response")
    sandbox.control("DELETE", "faults")
    sweep()
    sweep()

    assert end() == (False, "", "under_review")
    assert submissions(dispute) == 1


def test_killed_after_stripe_took_it_an_event_alone_finishes_it(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    with patch.object(service, "_apply", side_effect=Killed), pytest.raises(Killed):
        submit(evidence, finance)

    stripe.deliver()

    assert end() == (False, "", "under_review")
    assert (sweep(), submissions(dispute)) == (0, 1)


def test_killed_before_and_decided_meanwhile_nothing_is_sent(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    with patch.object(service, "send_evidence", side_effect=Killed), pytest.raises(Killed):
        submit(evidence, finance)
    given = {"dispute": dispute.stripe_dispute_id, "outcome": "lost"}
    sandbox.control("POST", "actions/close_dispute", given)

    sweep()

    assert end() == (False, "The dispute is lost at Stripe, without this answer.", "lost")
    assert submissions(dispute) == 0


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Do these at the same moment; return what each was told, "" where it was done."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_of_six_who_submit_at_once_one_does_and_the_others_are_told(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    people = [UserFactory(role="finance") for _ in range(6)]

    told = at_once(*(lambda who=who: submit(evidence, who) for who in people))

    assert told == [""] + ["evidence_changed"] * 5
    assert (end(), submissions(dispute)) == ((False, "", "under_review"), 1)


def test_a_double_click_is_one_submission(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    assert at_once(*[lambda: submit(evidence, finance)] * 4) == [""] * 4
    assert submissions(dispute) == 1
    assert len(stripe.events("charge.dispute.updated")) == 1


def test_the_sender_the_event_and_the_sweeper_at_once_submit_it_once(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    with patch.object(service, "send_evidence", side_effect=Killed), pytest.raises(Killed):
        submit(evidence, finance)
    send = lambda: service.send_evidence(evidence_id=evidence.pk, now=timezone.now())  # noqa: E731  (read as one)

    told = at_once(send, sweep, send, sweep)

    assert set(told) <= {"", "stripe_unavailable"}
    stripe.deliver()
    sweep()
    assert (end(), submissions(dispute)) == ((False, "", "under_review"), 1)
