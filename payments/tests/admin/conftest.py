from typing import Any

import pytest

from customers.tests.factories import UserFactory

DESKTOP, NARROW = (1280, 800), (320, 700)


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


@pytest.fixture
def at(live_server, page, client):
    """`at("/admin/", (360, 700))` opens an address as finance, in a window of that size."""
    client.force_login(UserFactory(role="finance"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    def open_page(address: str, size: tuple[int, int] = DESKTOP) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(live_server.url + address)

    return open_page
