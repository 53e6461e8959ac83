"""Evidence cut off between any two steps, and sent by many at once: the bank gets it once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError
from payments import mirror
from payments.models import Dispute, DisputeEvidence
from payments.services.evidence import send_evidence
from payments.services.locks import lock_payment
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import disputed, save, submissions, submit, sweep
from payments.tests.killing import killed, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

DRAFT = (False, "", "needs_response")
ON_ITS_WAY = (True, "", "needs_response")
WITH_THE_BANK = (False, "", "under_review")


@pytest.fixture
def finance() -> User:
    return UserFactory(role="finance")


def end() -> tuple[bool, str, str]:
    evidence = DisputeEvidence.objects.get()
    return evidence.awaiting_stripe, evidence.refused, Dispute.objects.get().status


def copied(dispute: Dispute) -> str:
    """Return the status that the mirror has."""
    copy = mirror.stored({"object": "dispute", "id": dispute.stripe_dispute_id}) or {}
    return str(copy.get("status"))


def slow(sandbox: Any, dispute: Dispute, *, kind: str, seconds: float) -> None:
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    fault = {"kind": kind, "path": path, "method": "POST", "seconds": seconds}
    sandbox.control("POST", "faults", {"api": [fault]})


def kill_before_stripe_hears(sandbox: Any, evidence: DisputeEvidence, actor: User) -> None:
    slow(sandbox, evidence.dispute, kind="timeout", seconds=2)
    with killed(lambda: submit(evidence, actor)):
        until(lambda: end() == ON_ITS_WAY)


def kill_before_we_write_the_answer(sandbox: Any, evidence: DisputeEvidence, actor: User) -> None:
    slow(sandbox, evidence.dispute, kind="latency", seconds=1)
    with killed(lambda: submit(evidence, actor)) as kill, transaction.atomic():
        until(lambda: end() == ON_ITS_WAY)
        lock_payment(evidence.dispute.payment_id)
        until(lambda: submissions(evidence.dispute) == 1)
        # Long enough for the answer to arrive, and wait for the lock.
        time.sleep(0.3)
        kill()


def test_killed_before_our_row_is_written_nothing_is_sent_until_somebody_submits(finance):
    dispute = disputed()
    evidence = save(dispute, finance)

    def submit_late() -> None:
        time.sleep(0.3)
        submit(evidence, finance)

    with killed(submit_late) as kill, transaction.atomic():
        lock_payment(dispute.payment_id)
        time.sleep(0.8)
        kill()

    assert (sweep(), end(), submissions(dispute)) == (0, DRAFT, 0)
    submit(evidence, finance)
    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)


def test_killed_before_stripe_hears_of_it_the_sweeper_submits_it_once(sandbox, finance):
    dispute = disputed()
    kill_before_stripe_hears(sandbox, save(dispute, finance), finance)
    assert submissions(dispute) == 0

    sweep()
    sweep()

    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)


@pytest.mark.parametrize("finish", [sweep, stripe.deliver], ids=["the sweeper", "an event"])
def test_killed_before_the_answer_is_written_down_it_is_found_and_not_sent_again(
    sandbox, finance, finish
):
    dispute = disputed()
    kill_before_we_write_the_answer(sandbox, save(dispute, finance), finance)
    assert (end(), submissions(dispute)) == (ON_ITS_WAY, 1)

    finish()
    sweep()

    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)


def test_killed_before_stripes_copy_is_kept_the_next_event_keeps_it(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    slow(sandbox, dispute, kind="latency", seconds=0.5)
    with killed(lambda: submit(evidence, finance)) as kill, transaction.atomic():
        mirror.lock_object(dispute.stripe_dispute_id)
        until(lambda: end() == WITH_THE_BANK)
        time.sleep(0.2)
        kill()
    assert copied(dispute) == "needs_response"

    stripe.deliver()

    assert copied(dispute) == "under_review"
    assert (sweep(), end(), submissions(dispute)) == (0, WITH_THE_BANK, 1)


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
    assert end() == ON_ITS_WAY
    sandbox.control("DELETE", "faults")
    sweep()
    sweep()

    assert end() == WITH_THE_BANK
    assert submissions(dispute) == 1


@pytest.mark.parametrize("kind", ["500_kept", "500_after"])
def test_an_error_that_stripe_repeats_under_the_key_does_not_cost_the_deadline(
    sandbox, finance, kind
):
    dispute = disputed()
    evidence = save(dispute, finance)
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    broken = {"kind": kind, "path": path, "method": "POST"}
    sandbox.control("POST", "faults", {"api": [broken]})

    submit(evidence, finance)
    assert end() == ON_ITS_WAY
    sweep(after=timedelta(minutes=15))
    sweep(after=timedelta(minutes=30))

    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)


def test_killed_before_and_decided_meanwhile_nothing_is_sent(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    kill_before_stripe_hears(sandbox, evidence, finance)
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
    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)


def test_a_double_click_is_one_submission(finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    assert at_once(*[lambda: submit(evidence, finance)] * 4) == [""] * 4
    assert submissions(dispute) == 1
    assert len(stripe.events("charge.dispute.updated")) == 1


def test_the_sender_and_the_sweeper_at_once_submit_it_once(sandbox, finance):
    dispute = disputed()
    evidence = save(dispute, finance)
    kill_before_stripe_hears(sandbox, evidence, finance)

    def send() -> None:
        send_evidence(evidence_id=evidence.pk)

    told = at_once(send, sweep, send, sweep)

    assert set(told) <= {"", "stripe_unavailable"}
    stripe.deliver()
    sweep()
    assert (end(), submissions(dispute)) == (WITH_THE_BANK, 1)
