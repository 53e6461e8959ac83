from typing import Any

import pytest

from customers.tests.factories import UserFactory


@pytest.fixture
def staff(client):
    """`staff("finance")` is a browser with somebody of that role logged in."""

    def log_in(role: str) -> Any:
        client.force_login(UserFactory(role=role))
        return client

    return log_in


@pytest.fixture
def admin(staff):
    """The admin, open for the role admin."""
    return staff("admin")
