"""What a run finds of the other kind: lost events, unanswered calls, things Stripe never had."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bookings.models import Booking
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from payments.models import Difference, Payment, ReconcileNote, ReconcileRun, Refund, WebhookEvent
from payments.services.reconcile.record import mend_difference
from payments.services.reconcile.run import AlreadyRunning, Progress
from payments.services.reconcile.run import reconcile as run
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.factories import PaymentFactory, RefundFactory, paid_payment
from payments.tests.reconcile import world
from payments.tests.services.test_refunds import paid
from payments.webhooks.process import process_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def broken_booking() -> Booking:
    payment = paid()
    stripe.deliver()
    Booking.objects.filter(pk=payment.booking_id).update(paid=5)
    return Booking.objects.get(pk=payment.booking_id)


def test_what_was_done_at_stripe_and_never_told_is_taken_in(sandbox):
    payment = paid()
    disputed = paid("pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=1500)
    dispute = stripe.call("GET", "disputes")["data"][0]["id"]
    sandbox.control("POST", "actions/close_dispute", {"dispute": dispute, "outcome": "won"})

    is_well, said = world.reconcile("--fix")

    assert is_well, said
    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320), ("refund", -1500)]
    assert disputed.disputes.get().status == "won"
    assert Booking.objects.get(pk=payment.booking_id).paid == 8500
    assert Booking.objects.get(pk=disputed.booking_id).paid == 10000
    before = world.tables()
    stripe.deliver()
    assert set(world.changes(before, world.tables())) <= {
        "djstripe_event",
        "payments_webhookevent",
        "payments_mirrorwatermark",
    }


def test_a_refund_that_stripe_never_answered_is_asked_for_again_with_the_same_key():
    payment = paid()
    stripe.deliver()
    refund = RefundFactory(payment=payment, amount=2000, awaiting_stripe=True)
    Refund.objects.filter(pk=refund.pk).update(created_at=timezone.now() - timedelta(hours=1))

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Stripe has not answered" in said) == (True, True), said
    refund.refresh_from_db()
    assert (refund.status, refund.awaiting_stripe) == ("succeeded", False)
    assert Booking.objects.get(pk=payment.booking_id).paid == 8000


def test_a_payment_that_stripe_has_never_heard_of_is_closed_and_its_money_taken_back():
    payment = paid_payment()

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Not at Stripe" in said) == (True, True), said
    payment.refresh_from_db()
    assert (payment.status, payment.succeeded_at) == ("canceled", None)
    assert stripe.ledger_of(payment) == [("adjustment", -10000), ("charge", 10000)]
    assert Booking.objects.get(pk=payment.booking_id).paid == 0


def test_a_row_that_claims_to_be_paid_by_card_and_names_nothing_is_closed():
    payment = PaymentFactory(status="succeeded")

    is_well, said = world.reconcile("--fix")

    assert (is_well, "names nothing at Stripe" in said) == (True, True), said
    assert Payment.objects.get(pk=payment.pk).status == "canceled"


def test_with_another_accounts_key_nothing_is_closed(sandbox):
    payments = [paid_payment() for _ in range(8)]
    before = world.tables()

    is_well, said = world.reconcile("--fix")

    assert (is_well, "is this the right account?" in said) == (False, True), said
    assert world.changes(before, world.tables()) == {}
    # One of them is mended in the admin.
    owner = UserFactory(is_superuser=True)
    found = Difference.objects.get(object_id=payments[0].stripe_payment_intent_id)
    assert mend_difference(difference_id=found.pk, actor=owner, now=timezone.now()).closed_at


def test_what_is_found_again_is_one_row_and_closes_itself_when_it_is_gone():
    booking = broken_booking()
    for _ in range(3):
        assert not world.reconcile()[0]
    found = Difference.objects.get()
    assert (found.kind, found.times_seen, found.closed_at, found.booking) == (
        "projection", 3, None, booking,
    )  # fmt: skip

    Booking.objects.filter(pk=booking.pk).update(paid=10000)
    assert world.reconcile("--since", "1h") == (True, "0 differences.\n")

    found.refresh_from_db()
    assert (found.closed_at is not None, found.closed_by) == (True, None)
    assert [run.found for run in ReconcileRun.objects.order_by("pk")] == [1, 1, 1, 0]
    assert ReconcileNote.objects.count() == 0


def test_a_dry_run_keeps_nothing():
    broken_booking()

    is_well, said = world.reconcile("--dry-run")

    assert (is_well, "--fix would: Compute the booking's total" in said) == (False, True)
    assert (Difference.objects.count(), ReconcileRun.objects.count()) == (0, 0)


def test_two_at_once_are_refused():
    first = run(since=None, fix=False, now=timezone.now())
    paid()
    assert isinstance(next(first), Progress)
    with pytest.raises(AlreadyRunning):
        _from_another_connection()
    first.close()
    assert list(run(since=None, fix=False, now=timezone.now())) != []


def _from_another_connection() -> None:
    def look() -> None:
        try:
            list(run(since=None, fix=False, now=timezone.now()))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(look).result()


def test_who_may_mend_and_what_the_audit_log_says():
    booking = broken_booking()
    world.reconcile()
    found = Difference.objects.get()

    with pytest.raises(NotAllowed):
        mend_difference(
            difference_id=found.pk, actor=UserFactory(role="manager"), now=timezone.now()
        )
    finance = UserFactory(role="finance", email="finance@example.com")
    done = mend_difference(difference_id=found.pk, actor=finance, now=timezone.now())

    assert (done.closed_at is not None, done.closed_by) == (True, finance)
    booking.refresh_from_db()
    assert booking.paid == 10000


def test_eight_who_mend_at_once_adjust_once():
    payment = paid()
    stripe.deliver()
    world.break_by_hand("UPDATE payments_ledgerentry SET amount = 10700 WHERE kind = 'charge'")
    world.reconcile()
    found = Difference.objects.get(kind="ledger_differs")
    owner = UserFactory(is_superuser=True)

    def click(_: int) -> None:
        try:
            mend_difference(difference_id=found.pk, actor=owner, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))

    assert stripe.ledger_of(payment) == [("adjustment", -700), ("charge", 10700), ("fee", -320)]
    assert world.reconcile() == (True, "0 differences.\n")


def test_the_demo_data_agrees_with_stripe_once_its_events_are_in():
    call_command("create_test_data", stdout=StringIO())
    call_command("backfill_events", stdout=StringIO())
    for event in WebhookEvent.objects.order_by("stripe_created", "pk"):
        process_event(stripe_event_id=event.stripe_event_id, now=timezone.now())
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))

    assert world.reconcile() == (True, "0 differences.\n")
