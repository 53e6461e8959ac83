"""Every page there is, light and dark, wide and on a phone: readable, whole, and all of our own.

The pages are found in the URL patterns, so a new one is looked at without anybody's thinking of it;
the forms in the pages, each of which is sent empty for the errors that it answers with.
"""

import pytest
from django.test import Client
from django.urls import reverse

from customers.tests.factories import UserFactory
from devstack.testing.axe import serious_findings
from myhibachi.tests.eyes import DARK_DESKTOP, DARK_PHONE, LIGHT_DESKTOP, LIGHT_PHONE, Eyes
from myhibachi.tests.one_of_each import Everything
from myhibachi.tests.pages import APPS, Address, addresses
from myhibachi.tests.seen_by_customers import PAGES
from payments.models import Payment

pytestmark = [pytest.mark.django_db(transaction=True)]

# Nothing for eyes: what these answer is read by programs.
PROGRAMS = ("api", "healthz", "readyz")
# What asks for a POST by itself, or leads on.
NO_PAGE = {"admin:view_on_site", "admin:jsi18n", "admin:autocomplete", "home", "quote-pdf"}
# Swagger's and Redoc's own pages, for who writes a frontend.
VIEWERS = ("docs", "redoc")
AREAS = ("site", *APPS)


def in_area(area: str) -> list[Address]:
    found = [each for each in addresses() if each.name not in NO_PAGE]
    return [each for each in found if each.area == area]


@pytest.fixture(
    params=[
        pytest.param((LIGHT_DESKTOP, DARK_PHONE), id="light desktop, dark phone"),
        # What is wrong there mostly shows in one of those, too.
        pytest.param(
            (DARK_DESKTOP, LIGHT_PHONE), id="dark desktop, light phone", marks=pytest.mark.slow
        ),
    ]
)
def eyes(request, page, live_server, complaints):
    """Somebody who looks at the pages in two views."""
    return Eyes(page, live_server.url, complaints, request.param)


@pytest.fixture
def admin(client, page, live_server):
    """Somebody of the role admin, logged in here and in the browser."""
    client.force_login(UserFactory(role="admin"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return client


def opened(client: Client, address: str) -> bool:
    """Return whether an address is a page, rather than a button's, a file's or nobody's."""
    answer = client.get(address)
    is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    # Nothing here can be deleted, and what is only looked at cannot be added.
    assert is_page or answer.status_code in (200, 302, 403, 405), (address, answer.status_code)
    return is_page


@pytest.mark.parametrize("area", AREAS)
def test_every_page_of_the_admin_can_be_read_by_everybody(admin, eyes, sandbox, area):
    house, unknown, found = Everything(sandbox), [], []
    # What the figures and Today tell of.
    house.one(Payment)
    for each in in_area(area):
        address = each.fill(house)
        if address is None:
            unknown.append(each.route)
        elif opened(admin, address):
            found += eyes.look(address)
    found += eyes.look_at_errors()
    assert not unknown, f"Say in `one_of_each` what these are about: {unknown}"
    assert not found, "\n".join(found)


def test_every_page_for_customers_is_known():
    ours = {each.name for each in addresses() if each.area not in ("site", *APPS, *PROGRAMS)}

    assert ours - NO_PAGE - set(VIEWERS) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_for_customers_can_be_read_by_everybody(eyes, name):
    found = [line for address in PAGES[name]() for line in eyes.look(address)]

    assert not found, "\n".join(found)


def test_who_is_not_logged_in_and_who_is_lost_can_read_why(eyes, admin, page, live_server):
    found = eyes.look("/admin/nothing/") + eyes.look("/nothing")
    found += eyes.look("/pay/success?session_id=cs_nobody")
    page.goto(f"{live_server.url}/admin/password_change/")
    page.get_by_role("button", name="Log out").click()
    found += serious_findings(page)
    found += eyes.look("/admin/login/")

    # The browser itself says on its console that a page answers 404.
    assert [line for line in found if "status of 404" not in line] == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_pages_for_developers_need_nobody_else_and_can_be_read(eyes, viewer):
    found = eyes.look(reverse(viewer), once="/api/stripe/refund")

    # Swagger has links within buttons, which is not ours to mend.
    assert [line for line in found if "nested-interactive" not in line] == []
