"""The front door: what is kept, what is refused, and that nothing in a body breaks it."""

import json
import time
from typing import Any

import pytest
from django.utils import timezone

from myhibachi.core.errors import InvalidInput
from payments.errors import InvalidSignature
from payments.models import WebhookEvent
from payments.tests.stripe_world import sign
from payments.webhooks import inbox

pytestmark = pytest.mark.django_db

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-08-26.dahlia",
    "created": 1_790_000_000,
    "livemode": False,
    "type": "customer.created",
    "data": {"object": {"id": "cus_1", "object": "customer"}},
}


def receive(body: str, **signing: Any) -> inbox.Received:
    return inbox.receive(body=body.encode(), signature=sign(body, **signing), now=timezone.now())


def test_a_signed_event_is_kept_word_for_word_and_once():
    body = json.dumps(EVENT | {"note": "caf\u00e9 \x00"})

    first, second = receive(body), receive(body)

    assert first == second == inbox.Received(event_id="evt_1", event_type="customer.created")
    row = WebhookEvent.objects.get()
    assert (row.payload, row.type, row.object_id, row.state) == (
        body,
        "customer.created",
        "cus_1",
        "received",
    )


@pytest.mark.parametrize(
    "header",
    ["", "t=,v1=", "nonsense", "t=1,v1=abc", "v1=abc", "t=x,v1=abc", "t=1", "=,=,="],
)
def test_a_header_that_is_no_signature_is_refused(header: str):
    with pytest.raises(InvalidSignature):
        inbox.receive(body=b"{}", signature=header, now=timezone.now())
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_from_another_time_is_refused(minutes: int):
    with pytest.raises(InvalidSignature):
        receive(json.dumps(EVENT), at=int(time.time()) + minutes * 60)


def test_another_secret_is_refused():
    with pytest.raises(InvalidSignature):
        receive(json.dumps(EVENT), secret="whsec_somebody_elses")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "5",
        "[]",
        '"text"',
        "not json",
        "{}",
        "[" * 100_000,
        json.dumps({"object": "v2.core.event", "id": "evt_thin"}),
        json.dumps(EVENT | {"id": None}),
        json.dumps(EVENT | {"created": "soon"}),
        json.dumps(EVENT | {"data": None}),
        json.dumps(EVENT | {"data": {"object": []}}),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused_with_a_clear_error(body: str):
    with pytest.raises(InvalidInput):
        receive(body)
    assert not WebhookEvent.objects.exists()
