"""What a worker does with the inbox, and what it does when something is wrong."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from djstripe.models import APIKey, Charge, Customer, Event, PaymentIntent, Refund

from payments import mirror
from payments.models import WebhookEvent
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid
from payments.webhooks import sweeper
from payments.webhooks.process import MAX_ATTEMPTS, process_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def test_the_mirror_follows_every_object_and_holds_no_key():
    payment = paid()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=100)

    stripe.deliver()

    intent = PaymentIntent.objects.get(id=payment.stripe_payment_intent_id)
    assert intent.stripe_data["status"] == "succeeded"
    assert intent.customer.id == payment.customer.stripe_customer_id
    charge = Charge.objects.get()
    assert (charge.amount, charge.payment_intent, charge.balance_transaction.amount) == (
        100,
        intent,
        10000,
    )
    refund = Refund.objects.get()
    assert (refund.amount, refund.charge) == (100, charge)
    assert Event.objects.count() == len(stripe.events())
    assert not APIKey.objects.exists()


def test_the_mirror_never_goes_back_to_what_an_older_event_said():
    payment = paid()
    customer = payment.customer.stripe_customer_id
    stripe.call("POST", f"customers/{customer}", name="New name")
    created, updated = stripe.events("customer.created", "customer.updated")
    updated["created"] = created["created"] + 10

    stripe.deliver(updated, created)

    assert Customer.objects.get(id=customer).stripe_data["name"] == "New name"
    assert stripe.inbox_states() == {"processed"}


def test_two_events_of_one_second_end_in_what_stripe_says_now():
    payment = paid()
    customer = payment.customer.stripe_customer_id
    stripe.call("POST", f"customers/{customer}", name="New name")
    created, updated = stripe.events("customer.created", "customer.updated")
    updated["created"] = created["created"]

    stripe.deliver(updated, created)

    assert Customer.objects.get(id=customer).stripe_data["name"] == "New name"


def test_copying_an_object_does_not_hold_off_the_commit_of_what_points_to_it():
    paid()
    stripe.deliver()
    intent = PaymentIntent.objects.get()
    look = "SELECT 1 FROM djstripe_paymentintent WHERE id = %s FOR KEY SHARE NOWAIT"

    def commit_a_charge() -> tuple[int] | None:
        # What a foreign key's check does at commit.
        with connection.cursor() as cursor:
            cursor.execute(look, [intent.id])
            found: tuple[int] | None = cursor.fetchone()
        connection.close()
        return found

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        mirror.apply(intent.stripe_data, event_id="evt_later", as_of=timezone.now())
        assert pool.submit(commit_a_charge).result() == (1,)


def test_a_deleted_customer_stays_in_the_mirror_because_money_hangs_on_it():
    payment = paid()
    customer = payment.customer.stripe_customer_id
    stripe.deliver()
    stripe.call("DELETE", f"customers/{customer}")
    [deleted] = stripe.events("customer.deleted")
    deleted["created"] += 10

    stripe.deliver(deleted)

    assert Customer.objects.get(id=customer).stripe_data["deleted"] is True
    assert PaymentIntent.objects.get().customer.id == customer


def test_one_event_on_many_workers_at_once_is_processed_once():
    payment = paid()
    stripe.receive(*stripe.events())

    def work(event: stripe.Json) -> None:
        try:
            stripe.process(event)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, stripe.events() * 6))
    sweeper.sweep(now=timezone.now() + timedelta(minutes=5))

    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320)]
    assert stripe.inbox_states() == {"processed"}


def test_a_type_we_do_not_know_is_kept_and_ignored():
    event = _event("evt_new", type="some.new.type", data={"object": {"object": "some"}})

    stripe.deliver(event)

    assert stripe.inbox_states() == {"ignored"}


def test_an_event_of_the_other_mode_is_kept_and_ignored():
    stripe.deliver(_event("evt_live", livemode=True, data={"object": {"id": "cus_live"}}))

    assert stripe.inbox_states() == {"ignored"}
    assert not Customer.objects.exists()


def test_characters_that_no_column_can_hold_in_a_payload_are_no_reason_to_fail():
    obj = {"id": "cus_nul", "object": "customer", "name": "A\x00B\ud800", "livemode": False}

    stripe.deliver(_event("evt_nul", data={"object": obj}))

    assert Customer.objects.get(id="cus_nul").stripe_data["name"] == "A\ufffdB\ufffd"


def test_a_poison_event_is_tried_again_later_then_needs_attention_and_blocks_nobody():
    poison = _event("evt_poison", type="refund.created", data={"object": {"object": "refund"}})
    payment = paid()
    stripe.receive(poison, *stripe.events())

    stripe.process(poison, *stripe.events())

    row = WebhookEvent.objects.get(stripe_event_id="evt_poison")
    assert (row.state, row.attempts, row.last_error) == ("received", 1, "KeyError: 'id'")
    assert row.next_attempt_at > timezone.now()
    assert ("charge", 10000) in stripe.ledger_of(payment)
    for _ in range(MAX_ATTEMPTS - 1):
        process_event(stripe_event_id="evt_poison", now=timezone.now())
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("needs_attention", MAX_ATTEMPTS)


def test_what_a_dead_worker_left_is_picked_up_by_the_sweeper():
    payment = paid()
    stripe.receive(*stripe.events())

    sweeper.sweep(now=timezone.now() + timedelta(minutes=1))

    assert stripe.inbox_states() == {"processed"}
    assert ("charge", 10000) in stripe.ledger_of(payment)


def test_stripe_being_down_leaves_the_event_for_later(sandbox):
    payment = paid()
    stripe.receive(*stripe.events())
    charge = stripe.events("charge.succeeded")[0]
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "times": 100}]})
    body = json.loads(WebhookEvent.objects.get(stripe_event_id=charge["id"]).payload)
    body["data"]["object"] |= {"id": "ch_new", "payment_method": "pm_never_seen"}
    WebhookEvent.objects.filter(stripe_event_id=charge["id"]).update(payload=json.dumps(body))

    stripe.process(charge)

    row = WebhookEvent.objects.get(stripe_event_id=charge["id"])
    assert (row.state, row.attempts) == ("received", 1)
    assert payment.ledger_entries.count() == 2


def _event(event_id: str, **changes) -> stripe.Json:
    return {
        "id": event_id,
        "object": "event",
        "api_version": "2026-08-26.dahlia",
        "created": 1_790_000_000,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "customer.created",
        **changes,
    }
