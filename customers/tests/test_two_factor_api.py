"""Staff's logins at the API need the second step, too."""

import pytest
import time_machine

from customers.models import LoginSession
from customers.tests.factories import PASSWORD, UserFactory
from customers.tests.second_step import RECOVERY, code, with_app

pytestmark = pytest.mark.django_db


def log_in(api, user, **more):
    form = {"email": user.email, "password": PASSWORD} | more
    return api.post("/api/auth/login", form, format="json")


def refusal(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def test_a_password_alone_gets_no_token(api):
    member = with_app(UserFactory(role="support"))
    answer = log_in(api, member)
    assert refusal(answer) == (401, "two_factor_required")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert refusal(log_in(api, member, code="000000")) == (401, "two_factor_wrong")
    assert not LoginSession.objects.exists()


def test_a_code_gets_one_once(api):
    member = with_app(UserFactory(role="support"))
    shown = code()
    assert log_in(api, member, code=shown).status_code == 200
    assert refusal(log_in(api, member, code=shown)) == (401, "two_factor_wrong")
    assert log_in(api, member, code=RECOVERY).status_code == 200


def test_a_wrong_password_says_nothing_of_the_second_step(api):
    member = with_app(UserFactory(role="support"))
    answer = log_in(api, member, password="wrong", code=code())
    assert refusal(answer) == (401, "authentication_failed")


def test_guessing_codes_waits(api):
    member = with_app(UserFactory(role="support"))
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        for _ in range(5):
            log_in(api, member, code="000000")
        answer = log_in(api, member, code=code())
    assert refusal(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "295"


def test_where_it_is_required_staff_without_it_get_no_token(api, settings):
    settings.STAFF_TWO_FACTOR = "required"
    assert refusal(log_in(api, UserFactory(role="support"))) == (401, "two_factor_set_up_required")
    assert log_in(api, UserFactory()).status_code == 200


def test_a_login_that_was_there_goes_on(api):
    """Its refresh token was handed out for a code."""
    member = with_app(UserFactory(role="support"))
    token = log_in(api, member, code=code()).json()["refresh_token"]
    answer = api.post("/api/auth/refresh", {"refresh_token": token}, format="json")
    assert answer.status_code == 200
