import pytest
from django.core.cache import cache
from rest_framework.test import APIClient


@pytest.fixture(autouse=True)
def no_attempts_yet():
    """Forget the attempts of the tests before: they all come from one address."""
    cache.clear()


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Hash passwords in no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def api():
    """A client that sees a 503 as its callers do."""
    return APIClient(raise_request_exception=False)
