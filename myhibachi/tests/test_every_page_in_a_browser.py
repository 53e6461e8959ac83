"""Every page there is, light and dark, wide and on a phone: readable, whole, and all of our own.

The pages are found in the URL patterns, so a new one is looked at without anybody's thinking of it.
"""

import pytest
from django.test import Client

from customers.tests.factories import UserFactory
from devstack.testing.axe import serious_findings
from myhibachi.tests.one_of_each import Everything
from myhibachi.tests.pages import APPS, Address, addresses
from myhibachi.tests.seen_by_customers import PAGES
from payments.models import Payment

pytestmark = [pytest.mark.django_db(transaction=True)]

DESKTOP, PHONE = ("light", 1280, 800), ("dark", 360, 780)
WIDTH = "document.documentElement.scrollWidth"
# Nothing for eyes: what these answer is read by programs.
PROGRAMS = ("api", "healthz", "readyz")
# What asks for a POST by itself, or leads on.
NO_PAGE = {"admin:view_on_site", "admin:jsi18n", "admin:autocomplete", "home", "quote-pdf"}
# Swagger's and Redoc's own pages, for who writes a frontend.
VIEWERS = {"schema", "docs", "redoc"}
AREAS = ("site", *APPS)
# The same on each page of the admin: an area's first page shows it in each theme.
FRAME = ("#header", ".menu", "#footer")


def in_area(area: str) -> list[Address]:
    found = [each for each in addresses() if each.name not in NO_PAGE]
    return [each for each in found if each.area == area]


@pytest.fixture
def look(page, live_server, complaints):
    """`look("/admin/")` returns what is wrong with a page, a line each."""

    seen = set()

    def look_at(address: str) -> list[str]:
        found = []
        for theme, width, height in (DESKTOP, PHONE):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            page.goto(live_server.url + address)
            wide = page.evaluate(WIDTH)
            said = [f"{wide} px wide"] if wide != width else []
            frame = FRAME if theme in seen else ()
            said += serious_findings(page, but_for=frame) + complaints
            seen.add(theme)
            complaints.clear()
            found += [f"{address} ({theme}): {each}" for each in said]
        return found

    return look_at


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
def test_every_page_of_the_admin_can_be_read_by_everybody(admin, look, sandbox, area):
    house, unknown, found = Everything(sandbox), [], []
    # What the figures and Today tell of.
    house.one(Payment)
    for each in in_area(area):
        address = each.fill(house)
        if address is None:
            unknown.append(each.route)
        elif opened(admin, address):
            found += look(address)
    assert not unknown, f"Say in `one_of_each` what these are about: {unknown}"
    assert not found, "\n".join(found)


def test_every_page_for_customers_is_known():
    ours = {each.name for each in addresses() if each.area not in ("site", *APPS, *PROGRAMS)}

    assert ours - NO_PAGE - VIEWERS == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_for_customers_can_be_read_by_everybody(look, name):
    found = [line for address in PAGES[name]() for line in look(address)]

    assert not found, "\n".join(found)


def test_who_is_not_logged_in_and_who_is_lost_can_read_why(look, admin, page, live_server):
    found = look("/admin/nothing/") + look("/nothing") + look("/pay/success?session_id=cs_nobody")
    page.goto(f"{live_server.url}/admin/password_change/")
    page.get_by_role("button", name="Log out").click()
    found += serious_findings(page)
    found += look("/admin/login/")

    # The browser itself says on its console that a page answers 404.
    assert [line for line in found if "status of 404" not in line] == []


@pytest.mark.parametrize("viewer", ["/docs", "/redoc"])
def test_the_pages_for_developers_need_nobody_else(page, live_server, complaints, viewer):
    page.goto(live_server.url + viewer)
    page.get_by_text("/api/stripe/refund").first.wait_for()

    # Redoc asks for its maker's logo, which our policy refuses it before anything leaves.
    assert [said for said in complaints if "redoc.ly/" not in said] == []
