"""Start-up refuses keys and hosts that do not fit the environment."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from myhibachi.env import stripe_settings

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
