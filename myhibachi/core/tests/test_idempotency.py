import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from myhibachi.core import idempotency
from myhibachi.core.models import AuditEntry, IdempotencyKey

pytestmark = [pytest.mark.urls("myhibachi.core.tests.urls")]


def send(client, key: str | None = "key-1", **body: object):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/do", body, format="json", headers=headers)


def done() -> int:
    return AuditEntry.objects.filter(action="test.done").count()


def code(response) -> str:
    return str(response.json()["errors"][0]["code"])


def test_the_same_request_twice_is_done_once_and_answered_twice(api):
    first, second = send(api, party=8), send(api, party=8)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert done() == 1


def test_without_a_key_each_request_is_done(api):
    send(api, None)
    send(api, None)
    assert done() == 2


def test_another_body_under_the_same_key_is_refused(api):
    send(api, party=8)
    response = send(api, party=9)
    assert response.status_code == 409
    assert response.json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "idempotency_key_reused",
                "detail": "This Idempotency-Key was used for another request.",
                "attr": None,
            }
        ],
    }
    assert done() == 1


def test_a_key_belongs_to_one_person(api):
    other = get_user_model().objects.create_user("other@myhibachi.test", name="Other")
    stranger = APIClient()
    stranger.force_authenticate(other)
    send(api, party=8)
    assert "Idempotent-Replayed" not in send(stranger, party=8).headers
    assert done() == 2


@pytest.mark.parametrize(
    ("outcome", "status", "error"),
    [
        ("refused", 409, "amount_mismatch"),
        ("invalid", 400, "invalid"),
        ("crash", 500, "error"),
    ],
)
def test_what_failed_is_not_kept(api, outcome, status, error):
    for _ in range(2):
        response = send(api, outcome=outcome)
        assert (response.status_code, code(response)) == (status, error)
        assert "Idempotent-Replayed" not in response.headers
    assert IdempotencyKey.objects.count() == 0


def test_a_crash_says_nothing_about_itself(api):
    assert send(api, outcome="crash").json() == {
        "type": "server_error",
        "errors": [{"code": "error", "detail": "Server Error (500)", "attr": None}],
    }


def test_a_broken_rule_carries_its_field_and_its_figures(api):
    assert send(api, outcome="refused").json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "amount_mismatch",
                "detail": "We expected more.",
                "attr": "amount",
                "expected": 10000,
            }
        ],
    }


def claim(person, *, now, request_hash="hash"):
    return idempotency.claim(
        user_id=person.pk, method="POST", path="/p", key="k", request_hash=request_hash, now=now
    )


def test_a_request_in_flight_is_refused(person):
    now = timezone.now()
    claim(person, now=now)
    with pytest.raises(idempotency.KeyInUse):
        claim(person, now=now + timedelta(seconds=119))


def test_a_request_whose_process_died_can_be_sent_again_after_two_minutes(person):
    now = timezone.now()
    dead = claim(person, now=now)
    alive = claim(person, now=now + timedelta(seconds=121))
    assert alive.attempt != dead.attempt


def test_a_request_that_comes_back_from_the_dead_changes_nothing(person):
    now = timezone.now()
    dead = claim(person, now=now)
    claim(person, now=now + timedelta(seconds=121))
    idempotency.store(dead, status=201, body="{}")
    idempotency.release(dead)
    assert IdempotencyKey.objects.get().status is None


def test_a_key_is_free_again_after_a_day(person):
    now = timezone.now()
    idempotency.store(claim(person, now=now), status=201, body="{}")
    fresh = claim(person, now=now + timedelta(hours=25), request_hash="another")
    assert fresh.status is None


def test_keys_are_purged_after_a_day(person):
    now = timezone.now()
    claim(person, now=now)
    assert idempotency.purge(now=now + timedelta(hours=23)) == 0
    assert idempotency.purge(now=now + timedelta(hours=25)) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tbed", "naïve"])
def test_a_key_that_makes_no_sense_is_a_400(api, key):
    response = send(api, key)
    assert (response.status_code, code(response)) == (400, "idempotency_key_invalid")
    assert done() == 0


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_done_once(person):
    gate = threading.Barrier(10)
    statuses: list[int] = []

    def click() -> None:
        client = APIClient()
        client.force_authenticate(person)
        gate.wait()
        statuses.append(send(client, party=8).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert done() == 1
