import threading

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from customers.models import Customer, LoginSession, User
from customers.services import sessions
from customers.tests.factories import PASSWORD, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
REGISTRATION = {"email": "Ana@MyHibachi.test", "password": PASSWORD, "name": "Ana", "phone": "555"}
WRONG_LOGIN = {
    "type": "client_error",
    "errors": [
        {"code": "authentication_failed", "detail": "Email or password is wrong.", "attr": None}
    ],
}
NO_TOKEN = {
    "type": "client_error",
    "errors": [
        {
            "code": "authentication_failed",
            "detail": "This token is not valid, or not any more.",
            "attr": None,
        }
    ],
}


def log_in(api, email: str, password: str = PASSWORD):
    return api.post("/api/auth/login", {"email": email, "password": password}, format="json")


def refresh(api, token: str):
    return api.post("/api/auth/refresh", {"refresh_token": token}, format="json")


def me(api, token: str):
    return api.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})


def logout(api, token: str):
    return api.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})


def test_register_answers_like_login(api):
    response = api.post("/api/auth/register", REGISTRATION, format="json")
    body = response.json()
    user = User.objects.get()
    assert response.status_code == 201
    assert body == {
        "access_token": body["access_token"],
        "refresh_token": body["refresh_token"],
        "token_type": "Bearer",
        "expires_in": 900,
        "user": {
            "id": str(user.pk),
            "email": "ana@myhibachi.test",
            "name": "Ana",
            "role": "customer",
            "customer_id": str(Customer.objects.get().pk),
        },
    }
    assert me(api, body["access_token"]).json() == body["user"]


def test_register_refuses_a_taken_email_whatever_its_case(api):
    UserFactory(email="ana@myhibachi.test")
    response = api.post("/api/auth/register", REGISTRATION, format="json")
    assert response.status_code == 409
    assert response.json()["errors"] == [
        {"code": "email_taken", "detail": "This email already has an account.", "attr": "email"}
    ]


def test_register_says_what_is_wrong_with_each_field(api):
    response = api.post("/api/auth/register", {"email": "ana", "name": ""}, format="json")
    assert response.status_code == 400
    assert {(e["attr"], e["code"]) for e in response.json()["errors"]} == {
        ("email", "invalid"),
        ("password", "required"),
        ("name", "blank"),
    }


def test_staff_log_in_with_their_role(api):
    manager = UserFactory(role="manager")
    response = log_in(api, manager.email)
    assert response.status_code == 200
    assert response.json()["user"] == {
        "id": str(manager.pk),
        "email": manager.email,
        "name": manager.name,
        "role": "manager",
        "customer_id": None,
    }


@pytest.mark.parametrize("case", ["wrong password", "no such account", "dismissed", "no password"])
def test_a_refused_login_does_not_say_why(api, case):
    user = UserFactory(is_active=case != "dismissed")
    if case == "no password":
        user.set_unusable_password()
        user.save()
    email = "nobody@myhibachi.test" if case == "no such account" else user.email
    response = log_in(api, email, "wrong" if case == "wrong password" else PASSWORD)
    assert (response.status_code, response.json()) == (401, WRONG_LOGIN)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_refused_login_takes_as_long_without_an_account(api, monkeypatch):
    """Counts what takes the time: one password hash either way."""
    from django.contrib.auth.hashers import get_hasher

    hasher = type(get_hasher())
    hashed = []
    encode = hasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hasher, "encode", counted)
    user = UserFactory()
    hashed.clear()
    log_in(api, user.email, "wrong")
    with_account = len(hashed)
    hashed.clear()
    log_in(api, "nobody@myhibachi.test", "wrong")
    assert len(hashed) == with_account == 1


def test_the_eleventh_attempt_at_an_account_waits(api):
    user = UserFactory()
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        for _ in range(10):
            assert log_in(api, user.email, "wrong").status_code == 401
        response = log_in(api, user.email)
    assert response.status_code == 429
    assert response.json()["errors"][0]["code"] == "throttled"
    assert response.headers["Retry-After"] == "55"


def test_many_accounts_tried_from_one_address_wait_too(api):
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        statuses = [log_in(api, f"p{n}@myhibachi.test", "wrong").status_code for n in range(21)]
    assert statuses == [401] * 20 + [429]


def test_a_made_up_forwarded_address_does_not_start_a_new_count(api):
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        statuses = [
            api.post(
                "/api/auth/login",
                {"email": f"p{n}@myhibachi.test", "password": "wrong"},
                format="json",
                headers={"X-Forwarded-For": f"10.0.0.{n}"},
            ).status_code
            for n in range(21)
        ]
    assert statuses[-1] == 429


def test_login_goes_on_without_the_cache(api, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert log_in(api, UserFactory().email).status_code == 200


def test_without_a_token_the_answer_is_401_and_says_how(api):
    response = api.get("/api/auth/me")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["errors"][0]["code"] == "not_authenticated"


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "é", "a b", "x" * 10_000])
def test_a_token_of_nobodys_is_a_401(api, token):
    response = api.get("/api/auth/me", headers={"Authorization": f"bearer {token}"})
    assert (response.status_code, response.json()) == (401, NO_TOKEN)


def test_a_refresh_token_is_no_access_token(api):
    tokens = log_in(api, UserFactory().email).json()
    assert me(api, tokens["refresh_token"]).status_code == 401
    assert refresh(api, tokens["access_token"]).status_code == 401


def test_a_token_signed_by_another_is_a_401(api, settings):
    tokens = log_in(api, UserFactory().email).json()
    header, payload, signature = tokens["access_token"].split(".")
    forged = ".".join([header, payload, signature[::-1]])
    assert me(api, forged).status_code == 401
    unsigned = ".".join(["eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", payload, ""])
    assert me(api, unsigned).status_code == 401


def test_an_access_token_ends_after_fifteen_minutes(api):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        token = log_in(api, UserFactory().email).json()["access_token"]
        clock.shift(899)
        assert me(api, token).status_code == 200
        clock.shift(1)
        assert me(api, token).status_code == 401


def test_a_refresh_gives_new_tokens(api):
    user = CustomerFactory().user
    old = log_in(api, user.email).json()
    new = refresh(api, old["refresh_token"]).json()
    assert new["user"] == old["user"]
    assert new["refresh_token"] != old["refresh_token"]
    assert me(api, new["access_token"]).status_code == 200
    assert refresh(api, new["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_login(api):
    old = log_in(api, UserFactory().email).json()
    new = refresh(api, old["refresh_token"]).json()
    stolen = refresh(api, old["refresh_token"])
    assert (stolen.status_code, stolen.json()) == (401, NO_TOKEN)
    assert me(api, new["access_token"]).status_code == 401
    assert refresh(api, new["refresh_token"]).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_refresh_token_used_at_once_by_five_works_at_most_once():
    token = log_in(APIClient(), UserFactory().email).json()["refresh_token"]
    gate = threading.Barrier(5)
    statuses: list[int] = []

    def use() -> None:
        gate.wait()
        statuses.append(refresh(APIClient(), token).status_code)
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401, 401, 401]


def test_logout_ends_access_and_refresh_at_once_and_no_other_login(api):
    user = UserFactory()
    here, elsewhere = log_in(api, user.email).json(), log_in(api, user.email).json()
    assert logout(api, here["access_token"]).status_code == 204
    assert me(api, here["access_token"]).status_code == 401
    assert refresh(api, here["refresh_token"]).status_code == 401
    assert me(api, elsewhere["access_token"]).status_code == 200


@pytest.mark.parametrize("change", ["password", "dismissal"])
def test_a_new_password_or_a_dismissal_ends_every_login(api, change):
    user = UserFactory()
    tokens = log_in(api, user.email).json()
    if change == "password":
        user.set_password("another horse battery")
    else:
        user.is_active = False
    user.save()
    assert me(api, tokens["access_token"]).status_code == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401


def test_expired_logins_are_purged(api):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        log_in(api, UserFactory().email)
        clock.shift(13 * 86400)
        log_in(api, UserFactory().email)
        clock.shift(2 * 86400)
        assert sessions.purge(now=timezone.now()) == 1
    assert LoginSession.objects.count() == 1


def test_a_request_costs_two_queries(api, django_assert_num_queries):
    token = log_in(api, UserFactory(role="support").email).json()["access_token"]
    with django_assert_num_queries(3):  # session with its user, groups; and the answer's customer
        me(api, token)
