"""Start-up refuses keys and hosts that do not fit the environment."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from myhibachi.env import email_settings, staff_two_factor, stripe_settings

LIVE = {"STRIPE_SECRET_KEY": "sk_live_" + "a" * 24, "STRIPE_WEBHOOK_SECRET": "whsec_" + "b" * 32}
TEST = LIVE | {"STRIPE_SECRET_KEY": "sk_test_" + "a" * 24}
SANDBOX = {"STRIPE_API_BASE": "http://127.0.0.1:12111"}


def settings_of(variables: dict[str, str]) -> environ.Env:
    env = environ.Env()
    env.ENVIRON = variables
    return env


def test_production_sends_its_key_to_stripe_and_nowhere_else():
    found = stripe_settings(settings_of(LIVE), production=True)

    assert found.api_base == "https://api.stripe.com"
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_BASE must be"):
        stripe_settings(settings_of(LIVE | SANDBOX), production=True)


def test_anywhere_else_another_host_may_stand_in_for_stripe():
    found = stripe_settings(settings_of(TEST | SANDBOX), production=False)

    assert found.api_base == SANDBOX["STRIPE_API_BASE"]


@pytest.mark.parametrize(("keys", "production"), [(TEST, True), (LIVE, False)])
def test_a_key_of_the_wrong_mode_is_refused(keys, production):
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY must be a"):
        stripe_settings(settings_of(keys), production=production)


def test_development_prints_its_emails():
    found = email_settings(settings_of({}), production=False)

    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


def test_production_sends_them_through_a_mail_server():
    url = "smtp+tls://robot:p%40ss@smtp.example.com:587"

    sender = {"DEFAULT_FROM_EMAIL": "The Grill <grill@example.com>"}
    found = email_settings(settings_of({"EMAIL_URL": url} | sender), production=True)

    assert found == sender | {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_FILE_PATH": "",
        "EMAIL_HOST": "smtp.example.com",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_HOST_USER": "robot",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
    }


@pytest.mark.parametrize(
    "url",
    [None, "", "consolemail://", "hunter2", "smtp://", "smtp+tls://robot:hunter2@", "ftp://h"],
)
def test_production_does_not_start_without_one_and_repeats_no_password(url):
    variables = {} if url is None else {"EMAIL_URL": url}

    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refused:
        email_settings(settings_of(variables), production=True)

    assert "hunter2" not in str(refused.value)


def test_production_does_not_write_in_an_examples_name():
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL is not set"):
        email_settings(settings_of({"EMAIL_URL": "smtp://localhost"}), production=True)


def test_two_factor_is_required_in_production_unless_somebody_says_otherwise():
    assert staff_two_factor(settings_of({}), production=True) == "required"
    assert staff_two_factor(settings_of({}), production=False) == "optional"
    chosen = settings_of({"STAFF_TWO_FACTOR": "optional"})
    assert staff_two_factor(chosen, production=True) == "optional"
    with pytest.raises(ImproperlyConfigured, match="STAFF_TWO_FACTOR must be"):
        staff_two_factor(settings_of({"STAFF_TWO_FACTOR": "yes"}), production=False)
