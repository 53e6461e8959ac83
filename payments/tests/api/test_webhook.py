"""Stripe's deliveries over HTTP: nothing in a body makes the front door fail."""

import json
import logging
import time
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from payments.models import WebhookEvent
from payments.tests.stripe_world import sign
from payments.webhooks.sweeper import sweep

pytestmark = pytest.mark.django_db

URL = "/api/stripe/webhook"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-08-26.dahlia",
    "created": 1_790_000_000,
    "livemode": False,
    "type": "customer.created",
    "data": {"object": {"id": "cus_1", "object": "customer"}},
}


@pytest.fixture(autouse=True)
def nobody_was_refused_before():
    cache.clear()


NO_EVENTS: list[dict[str, Any]] = [
    {"id": None},
    {"id": ""},
    {"id": 5},
    {"id": "evt_\x00"},
    {"id": "evt_\ud800"},
    {"id": "evt_" + "x" * 300},
    {"type": None},
    {"type": "x\x00"},
    {"type": "x" * 300},
    {"created": None},
    {"created": True},
    {"created": "soon"},
    {"created": -(10**20)},
    {"created": 10**20},
    {"created": 10**400},
    {"livemode": None},
    {"data": None},
    {"data": []},
    {"data": {"object": None}},
    {"data": {"object": []}},
    {"object": "list"},
]


def send(body: str | bytes, signature: str | None = None, **headers: str):
    """POST a body as Stripe does, signed unless told otherwise."""
    raw = body.encode() if isinstance(body, str) else body
    signed = sign(raw.decode("utf-8", "replace")) if signature is None else signature
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    return client.post(
        URL,
        raw,
        content_type="application/json",
        headers={"Stripe-Signature": signed} | headers,
    )


def refusal(response) -> tuple[int, str]:
    answer = response.json()
    (error,) = answer["errors"]
    assert set(error) == {"code", "detail", "attr"}
    assert answer["type"] == ("server_error" if response.status_code >= 500 else "client_error")
    return response.status_code, error["code"]


def test_a_signed_event_is_kept_once_and_answered_each_time():
    answers = [send(json.dumps(EVENT)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    expected = {"received": True, "event_id": "evt_1", "event_type": "customer.created"}
    assert [answer.json() for answer in answers] == [expected, expected]
    assert WebhookEvent.objects.count() == 1


def test_stripes_own_headers_are_welcome():
    headers = {
        "Accept": "application/xml",
        "User-Agent": "Stripe/1.0",
        "X-Forwarded-For": "unknown, 1.2.3.4",
    }
    assert send(json.dumps(EVENT), **headers).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "made.up.by.nobody"},
        {"data": {"object": {"object": "customer", "note": "a\x00b"}}},
        {"data": {"object": {"id": "cus_\x00", "object": "customer"}}},
        {"data": {"object": {"id": 5}}},
        {"data": {"object": {}}},
        {"data": {"object": {"note": "\ud800"}}},
        {"data": {"object": {"id": "\ud800"}}},
        {"data": {"object": {"id": "x" * 10_000}}},
        {"data": {"object": {"note": "é" * 500_000}}},
        {"api_version": None},
        {"api_version": 5},
        {"api_version": "x" * 300},
        {"api_version": "\x00"},
        {"api_version": []},
        {"livemode": True},
        {"unknown": [None, 1.5, {"deep": []}]},
    ],
)
def test_whatever_else_an_event_holds_it_is_kept(changes):
    assert send(json.dumps(EVENT | changes)).status_code == 200
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "null",
        "5",
        "true",
        '"text"',
        "[]",
        "[[]]",
        "{}",
        "not json",
        "\x00",
        '{"id": "\x00"}',
        "NaN",
        "1" * 5_000,
        "[" * 200_000,
        '{"a":' * 100_000,
        # A thin event: https://docs.stripe.com/event-destinations#thin-events
        json.dumps(
            {
                "id": "evt_thin",
                "object": "v2.core.event",
                "type": "v1.billing.meter.error_report_triggered",
                "created": "2026-11-22T23:00:00.000Z",
                "livemode": False,
                "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/x"},
            }
        ),
        *(json.dumps(EVENT | changes) for changes in NO_EVENTS),
    ],
)
def test_a_signed_body_that_is_no_event_is_a_400(body):
    assert refusal(send(body)) == (400, "invalid")
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", json.dumps(EVENT).encode() + b"\xff", json.dumps(EVENT).encode("utf-16")]
)
def test_bytes_that_are_no_text_are_a_400(body):
    assert send(body).status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "nonsense",
        "=,=,=",
        "t=1,v1=abc",
        "v1=abc",
        "t=x,v1=abc",
        f"t={10**30},v1=abc",
        "t=1=2,v1=abc",
        "t=NOW,v1=é",
        "t=NOW,v1=\xff\xfe",
        "t=NOW," + "v1=abc," * 5_000,
    ],
)
def test_a_header_that_is_no_signature_is_a_400(header):
    # Filled in here: xdist wants the same test names in every process.
    header = header.replace("NOW", str(int(time.time())))
    assert refusal(send(json.dumps(EVENT), header)) == (400, "invalid_signature")
    assert not WebhookEvent.objects.exists()


def test_a_missing_header_is_a_400():
    response = Client().post(URL, json.dumps(EVENT), content_type="application/json")
    assert refusal(response) == (400, "invalid_signature")


@pytest.mark.parametrize("body", ["null", "5", "\x00", "{", "[" * 100_000])
def test_without_a_signature_a_body_is_not_even_read(body):
    assert refusal(send(body, "t=1,v1=abc")) == (400, "invalid_signature")


def test_one_good_signature_among_several_is_enough():
    body = json.dumps(EVENT)
    good = sign(body)
    other = sign(body, secret="whsec_another").partition("v1=")[2]
    timestamp = good.partition(",")[0]
    good_one = good.partition("v1=")[2]
    for header in (
        f"{timestamp},v1={other},v1={good_one}",
        f"{timestamp},v1={good_one},v1={other},v0=abc",
    ):
        assert send(body, header).status_code == 200


def test_each_of_our_secrets_may_have_signed(settings):
    before, after = "whsec_the_one_before", "whsec_the_one_after"
    settings.STRIPE = type(settings.STRIPE)(
        **vars(settings.STRIPE) | {"webhook_secrets": [before, after]}
    )
    body = json.dumps(EVENT)
    for secret in (before, after):
        assert send(body, sign(body, secret=secret)).status_code == 200
    assert refusal(send(body, sign(body, secret="whsec_a_third"))) == (400, "invalid_signature")


def test_a_body_above_django_s_limit_for_forms_is_kept_and_a_huge_one_refused():
    def padded(size: int) -> str:
        body = json.dumps(EVENT | {"padding": ""})
        return body.replace('"padding": ""', f'"padding": "{"x" * (size - len(body))}"')

    limit = 6 * 1024 * 1024
    assert send(padded(limit)).status_code == 200
    assert refusal(send(padded(limit + 1))) == (413, "request_too_large")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post(method):
    response = getattr(Client(), method)(URL)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_refused_one_is_logged_without_its_body_or_headers(caplog):
    with caplog.at_level(logging.DEBUG):
        send('{"card": "4242-secret"}', "t=1,v1=topsecret", Cookie="session=hidden")
    assert "refused a webhook: invalid_signature" in caplog.text
    for kept_out in ("4242-secret", "topsecret", "hidden"):
        assert kept_out not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_without_a_database_stripe_is_asked_to_come_back(monkeypatch):
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"host": "/nowhere"})
    response = send(json.dumps(EVENT))
    monkeypatch.undo()
    connection.close()
    assert refusal(response) == (503, "unavailable")


@pytest.fixture
def no_broker(monkeypatch):
    """Celery's producers with nobody to connect to."""
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_event_is_kept_and_the_sweeper_processes_it(no_broker, caplog):
    customer = {"id": "cus_1", "object": "customer", "livemode": False}

    assert send(json.dumps(EVENT | {"data": {"object": customer}})).status_code == 200

    assert "its sweeper will" in caplog.text
    sweep(now=timezone.now() + timedelta(minutes=1))
    assert [event.state for event in WebhookEvent.objects.all()] == ["processed"]
