import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("someone@myhibachi.test", name="Someone")


@pytest.fixture
def api(person):
    """A client that is logged in, and sees a 500 as its callers do."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person)
    return client
