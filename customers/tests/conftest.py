import pytest
from django.core.cache import cache
from rest_framework.test import APIClient


@pytest.fixture(autouse=True)
def no_attempts_yet():
    """Forget the attempts of the tests before: they all come from one address."""
    cache.clear()


@pytest.fixture
def api():
    return APIClient()
