"""The doctor finds each planted fault and says the right thing."""

import re
from datetime import timedelta

import pytest
import time_machine
from celery import current_app
from celery.signals import beat_init
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from myhibachi.core import health
from myhibachi.core.tasks import HEARTBEAT_KEY, heartbeat
from payments.models import WebhookEvent
from payments.system.checks import CHECKS, examine
from payments.tests import stripe_world as stripe
from payments.webhooks.endpoint import register, webhook_url
from payments.webhooks.refusals import MOST_PER_MINUTE, count_refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox", "well")]


@pytest.fixture
def well(sandbox):
    """Everything as it should be, but for a worker, which no test here runs."""
    cache.clear()
    heartbeat()
    register(url=webhook_url())


def problems() -> dict[str, str]:
    """Examine everything but the worker, whose silence takes seconds to notice."""
    checks = {name: check for name, check in CHECKS.items() if name != "worker"}
    return {finding.name: finding.problem for finding in examine(checks) if finding.problem}


def test_all_is_well():
    assert problems() == {}


def test_the_command_prints_a_line_a_check_and_fails_with_what_to_do(capsys):
    with pytest.raises(CommandError, match="1 of the checks failed"):
        call_command("doctor")

    lines = capsys.readouterr().out.splitlines()
    assert "✗ worker: No Celery worker answers." in lines
    assert "  → Start celery -A myhibachi worker." in lines
    assert "✓ ledger equals bookings" in lines


def test_a_silent_beat_is_found():
    cache.set(HEARTBEAT_KEY, timezone.now() - timedelta(minutes=3))

    assert problems() == {"beat": "Beat has asked for nothing lately, or no worker did it."}


def test_a_beat_that_just_started_is_well(monkeypatch):
    monkeypatch.setattr(current_app.conf, "task_always_eager", True)
    cache.clear()

    beat_init.send(sender=None)

    assert problems() == {}


def test_a_missing_and_an_incomplete_endpoint_are_found():
    [made] = stripe.call("GET", "webhook_endpoints")["data"]
    stripe.call(
        "POST", f"webhook_endpoints/{made['id']}", **{"enabled_events[]": "charge.succeeded"}
    )
    assert "Stripe does not send" in problems()["webhook endpoint"]

    stripe.call("DELETE", f"webhook_endpoints/{made['id']}")
    assert problems() == {"webhook endpoint": f"{webhook_url()} is not registered at Stripe."}


def test_a_secret_that_does_not_fit_is_found():
    stripe.call("POST", "customers", name="Somebody")
    for _ in range(3):
        count_refusal(address="1.2.3.4", now=timezone.now())

    assert problems() == {
        "webhook secret": "3 deliveries had a signature that does not fit, and Stripe lacks our"
        " 200."
    }


def test_a_backlog_and_events_needing_attention_are_found():
    stripe.call("POST", "customers", name="Somebody")
    [event] = stripe.events("customer.created")
    stripe.receive(event)
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(minutes=7))
    assert problems() == {"event backlog": "1 events wait, the oldest for 7 minutes."}

    WebhookEvent.objects.update(state="needs_attention")
    assert problems() == {"events needing attention": "1 events need attention."}


def test_a_total_that_is_not_the_ledgers_is_found():
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(paid=700)

    assert problems() == {
        "ledger equals bookings": "1 figures are not what the ledger proves, paid of"
        f" {booking.reference} among them: 700 instead of 0 cents."
    }


def test_a_key_of_the_wrong_mode_is_found(settings):
    settings.PRODUCTION = True

    assert problems()["key mode"] == ("The Stripe key's mode does not fit ENVIRONMENT=test.")


def ill(name: str) -> str:
    """Return what one check says."""
    [finding] = examine({name: CHECKS[name]})
    return finding.problem


def test_an_address_that_stripe_would_not_deliver_to_is_found(settings):
    settings.ENVIRONMENT = "production"

    assert ill("settings") == "SITE_URL is not https."


def test_a_missing_migration_is_found(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'payments'")

    assert ill("migrations") == "Migrations are missing."


def test_a_broker_that_is_down_is_found(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert ill("broker") == "Redis does not answer."


def test_a_database_that_is_down_is_found(monkeypatch):
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"host": "/nowhere"})
    found = {name: ill(name) for name in ("database", "event backlog")}
    monkeypatch.undo()
    connection.close()

    assert found == {
        "database": "PostgreSQL does not answer.",
        "event backlog": "could not look (OperationalError)",
    }


@pytest.mark.parametrize("seconds", [-200, 200])
def test_a_clock_that_is_wrong_is_found(seconds: int):
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        said = ill("clock")

    found = re.fullmatch(r"This machine's clock is ([+-]\d+) s from Stripe's\.", said)
    assert found
    assert int(found[1]) == pytest.approx(seconds, abs=10)


def test_stripe_being_down_is_a_finding_and_no_crash(sandbox):
    sandbox.control("POST", "faults", {"api": [{"kind": "500", "times": 100}]})

    found = problems()

    assert set(found) == {"webhook endpoint", "webhook secret", "clock"}
    assert settings.STRIPE.secret_key not in str(found)


def test_too_many_bad_signatures_from_one_address_are_told_to_stop(client):
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        answers = [
            client.post("/api/stripe/webhook", b"{}", "application/json").status_code
            for _ in range(MOST_PER_MINUTE + 2)
        ]

    assert answers == [400] * MOST_PER_MINUTE + [429] * 2
