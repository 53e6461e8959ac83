"""The menu beside every page of the admin."""

import re

import pytest

from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def menu(client, role: str, path: str = "/admin/") -> str:
    client.force_login(UserFactory(role=role))
    page = client.get(path).content.decode()
    [found] = re.findall(r'<nav class="menu".*?</nav>', page, re.DOTALL)
    return str(found)


def test_what_is_used_all_day_stands_first(client):
    first, *_ = re.findall(r"<ul.*?</ul>", menu(client, "support"), re.DOTALL)
    assert re.findall(r'<a href="[^"]+"(?: aria-current="page")?>([^<]+)</a>', first) == [
        "Today", "Calendar", "Bookings", "Quotes", "Waitlist", "Customers", "Prep sheet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "sees"), [("support", False), ("manager", False), ("finance", True), ("admin", True)]
)
def test_pages_without_a_table_are_for_who_may_open_them(client, role, sees):
    assert ("Analytics" in menu(client, role)) is sees


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/admin/", ("page", "Today")),
        ("/admin/bookings/booking/", ("page", "Bookings")),
        ("/admin/bookings/booking/add/", ("true", "Bookings")),
        ("/admin/bookings/booking/calendar/", ("page", "Calendar")),
    ],
)
def test_one_entry_is_marked_as_where_one_is(client, path, current):
    marked = re.findall(r'aria-current="(\w+)">([^<]+)<', menu(client, "admin", path))
    assert marked == [current]


@pytest.mark.parametrize(
    ("path", "trail"),
    [
        ("/admin/bookings/booking/", ["Home", "Bookings"]),
        ("/admin/bookings/booking/add/", ["Home", "Bookings", "Add booking"]),
        ("/admin/bookings/booking/prep/", ["Home", "Bookings", "Prep sheet"]),
    ],
)
def test_the_way_back_leads_by_the_list_alone(client, path, trail):
    client.force_login(UserFactory(role="admin"))
    page = client.get(path).content.decode()
    [crumbs] = re.findall(r'<div class="breadcrumbs">(.*?)</div>', page, re.DOTALL)
    words = re.sub(r"<[^>]+>", "", crumbs.replace("&rsaquo;", "›"))
    assert [each.strip() for each in words.split("›")] == trail
