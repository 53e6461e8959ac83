import json

import pytest
from django.db import connection
from django.test import Client

pytestmark = [pytest.mark.urls("myhibachi.core.tests.urls")]


def error(kind: str, code: str, detail: str, attr: str | None = None) -> dict[str, object]:
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]}


def post(body: str | bytes):
    return Client().post("/api/echo", body, content_type="application/json")


def test_an_unknown_api_path_is_a_404_in_the_one_shape(client):
    response = client.get("/api/nothing")
    assert response.status_code == 404
    assert response.json() == error("client_error", "not_found", "There is nothing here.")


def test_a_trailing_slash_is_another_path(client):
    assert client.post("/api/echo/").status_code == 404


def test_a_wrong_method_is_a_405_in_the_one_shape(client):
    response = client.get("/api/echo")
    assert response.status_code == 405
    assert response.json() == error(
        "client_error", "method_not_allowed", 'Method "GET" not allowed.'
    )


def test_a_crash_outside_the_views_is_a_500_that_says_nothing():
    response = Client(raise_request_exception=False).get("/api/crash")
    assert response.status_code == 500
    assert response.json() == error("server_error", "error", "Something went wrong on our side.")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{", id="cut off"),
        pytest.param('{"a": NaN}', id="not a number"),
        pytest.param('"\\ud800"', id="half a surrogate pair"),
        pytest.param("[" * 100_000, id="nested too deep"),
        pytest.param("9" * 5_000, id="a number too long"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
    ],
)
def test_a_body_that_is_not_json_is_a_400(body):
    response = post(body)
    assert response.status_code == 400
    assert response.json() == error("client_error", "parse_error", "The body is not valid JSON.")


@pytest.mark.parametrize("body", ['{"a": "\\u0000"}', '{"\\u0000": 1}', '[["x\\u0000"]]'])
def test_a_nul_in_the_body_is_a_400(body):
    response = post(body)
    assert response.status_code == 400
    assert response.json() == error(
        "client_error", "parse_error", "The body contains a NUL character."
    )


def test_text_that_only_looks_like_a_nul_is_fine():
    body = {"a": "\\u0000"}
    assert post(json.dumps(body)).json() == body


@pytest.mark.parametrize("address", ["/api/echo?a=%00", "/api/%00"])
def test_a_nul_in_the_address_is_a_400(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert response.json() == error(
        "client_error", "bad_request", "The address contains a NUL byte."
    )


def test_a_body_that_is_too_large_is_a_413(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = post(json.dumps("x" * 1000))
    assert response.status_code == 413
    assert response.json() == error(
        "client_error", "request_too_large", "The request's body is too large."
    )


def test_a_body_in_another_format_is_a_415(client):
    assert client.post("/api/echo", "a=1", content_type="text/plain").status_code == 415


def test_a_host_that_is_not_ours_is_a_400(client):
    response = client.get("/api/echo", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_is_a_503_that_asks_to_come_back(monkeypatch, api):
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"host": "/nowhere"})
    response = api.get("/api/entries")
    monkeypatch.undo()
    connection.close()

    assert response.status_code == 503
    assert response.json() == error("server_error", "unavailable", "Not now. Please send it again.")
