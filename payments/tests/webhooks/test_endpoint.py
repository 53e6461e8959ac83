"""Our endpoint at Stripe is made once, and kept up to date."""

import pytest
from django.core.management import call_command

from payments.tests import stripe_world as stripe
from payments.webhooks.endpoint import EVENTS, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

URL = "https://hibachi.example.com/api/stripe/webhook"


def at_stripe() -> list[stripe.Json]:
    found: list[stripe.Json] = stripe.call("GET", "webhook_endpoints")["data"]
    return found


def test_it_is_made_with_all_our_types_in_our_version_and_only_once():
    made, again = register(url=URL), register(url=URL)

    [endpoint] = at_stripe()
    assert (made.outcome, again.outcome) == ("created", "unchanged")
    assert made.secret.startswith("whsec_")
    assert (endpoint["url"], sorted(endpoint["enabled_events"]), endpoint["api_version"]) == (
        URL,
        EVENTS,
        "2026-08-26.dahlia",
    )


def test_types_that_stripe_did_not_send_are_added_and_the_others_stay():
    stripe.call(
        "POST",
        "webhook_endpoints",
        url=URL,
        **{"enabled_events[0]": "charge.succeeded", "enabled_events[1]": "coupon.created"},
    )

    done = register(url=URL)

    [endpoint] = at_stripe()
    assert done.outcome == "updated"
    assert "charge.succeeded" not in done.missing
    assert set(endpoint["enabled_events"]) == {*EVENTS, "coupon.created"}


def test_a_dry_run_changes_nothing(capsys):
    call_command("register_webhook", "--dry-run", f"--url={URL}")

    assert at_stripe() == []
    assert f"{URL}: would be created" in capsys.readouterr().out


def test_an_endpoint_of_another_version_is_reported(capsys):
    stripe.call(
        "POST", "webhook_endpoints", url=URL, api_version="2024-06-20", **{"enabled_events[]": "*"}
    )

    call_command("register_webhook", f"--url={URL}")

    captured = capsys.readouterr()
    assert "unchanged" in captured.out
    assert "It sends API version 2024-06-20" in captured.err
