"""Events whose deliveries were lost come in through Stripe's own list."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from payments.models import BackfillCursor, WebhookEvent
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid
from payments.webhooks import sweeper
from payments.webhooks.backfill import backfill_from_cursor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def known() -> set[str]:
    return set(WebhookEvent.objects.values_list("stripe_event_id", flat=True))


def test_lost_events_are_fetched_processed_and_fetched_only_once(capsys):
    payment = paid()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=1500)
    stripe.deliver(*stripe.events("customer.created"))
    everything = {event["id"] for event in stripe.events()}

    call_command("backfill_events", since=timezone.now() - timedelta(days=1))
    sweeper.sweep(now=timezone.now() + timedelta(minutes=1))
    call_command("backfill_events", since=timezone.now() - timedelta(days=1))

    assert known() == everything
    assert ("refund", -1500) in stripe.ledger_of(payment)
    done = [line for line in capsys.readouterr().out.splitlines() if "Done" in line]
    count = len(everything)
    assert done == [
        f"Done: {count - 1} of {count} events were missing.",
        f"Done: 0 of {count} events were missing.",
    ]


def test_a_dry_run_keeps_nothing(capsys):
    paid()

    call_command("backfill_events", "--dry-run", "--since=1d")

    assert known() == set()
    assert "Dry run, nothing was kept" in capsys.readouterr().out


def test_more_than_a_page_is_fetched():
    for number in range(105):
        stripe.call("POST", "customers", name=f"Guest {number}")

    assert backfill_from_cursor(now=timezone.now()) == 105
    assert len(known()) == 105


def test_the_hourly_one_goes_on_from_where_the_last_began_with_an_overlap():
    now = timezone.now()
    BackfillCursor.objects.create(pk=1, at=now + timedelta(minutes=9))
    paid()

    added = backfill_from_cursor(now=now + timedelta(hours=1))

    assert added == len(stripe.events())
    assert BackfillCursor.objects.get().at == now + timedelta(hours=1)


def test_stripe_being_down_moves_no_cursor_and_is_said_plainly(sandbox):
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "times": 100}]})

    with pytest.raises(CommandError, match="Run it again"):
        call_command("backfill_events", "--since=1d")

    assert not BackfillCursor.objects.exists()


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "5", "-1d"])
def test_a_time_that_is_none_is_refused(text: str):
    with pytest.raises(CommandError, match="give a date"):
        call_command("backfill_events", f"--since={text}")
