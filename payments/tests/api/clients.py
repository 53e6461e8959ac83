"""Requests as a person sends them, and short ways to read the answers."""

from typing import Any

from rest_framework.test import APIClient

from customers.models import User
from customers.tests.factories import UserFactory

Json = dict[str, Any]


class Api:
    """Somebody who is logged in; sees a 500 as its callers do."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user
        self._client = APIClient(raise_request_exception=False)
        if user:
            self._client.force_authenticate(user)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST JSON to `/api/stripe/…`."""
        return self._client.post(
            f"/api/stripe/{path}", {} if body is None else body, format="json", headers=headers
        )

    def get(self, path: str, **query: Any) -> Any:
        """GET `/api/stripe/…`."""
        return self._client.get(f"/api/stripe/{path}", query)

    def results(self, path: str, **query: Any) -> list[Json]:
        """Return the rows of a list's first page."""
        found: list[Json] = self.get(path, **query).json()["results"]
        return found


def logged_in(role: str) -> Api:
    """Return somebody who holds a role."""
    return Api(UserFactory(role=role))


def refusal(response: Any) -> tuple[int, str, str | None]:
    """Return an error's status, code and field."""
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]
