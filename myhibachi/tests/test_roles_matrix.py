"""Every page of the admin, for every role: allowed or refused as `roles_matrix` says."""

import re
from collections.abc import Iterator
from functools import cache as cache_forever
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, reset_queries, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from customers.tests.factories import UserFactory
from myhibachi.tests import roles_matrix as matrix
from myhibachi.tests.roles_matrix import LADDER, TABLES, may
from myhibachi.tests.roles_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

STAFF = LADDER[2:]
HOME, LOGIN = "/admin/", "/admin/login/"
# Who is logged in, and messages: no page's own doing.
BOOKKEEPING = ("customers_browsersession", "SAVEPOINT", "django_session")
WRITES = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)")
LINK = re.compile(r"""(?:href|action)="(/admin/[^"]*)\"""")
# What a page needs to be asked for beside its address.
QUERIES = {
    "analytics-rows": "?of=charged&start=2026-01-01&end=2026-01-31",
    "admin:autocomplete": "?app_label=bookings&model_name=booking&field_name=customer&term=",
}


def admin_patterns() -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the admin that has a name, with its pattern."""

    def walk(
        resolver: Any, prefix: str, names: tuple[str, ...]
    ) -> Iterator[tuple[str, URLPattern]]:
        for each in resolver.url_patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each, route, names + ((each.namespace,) if each.namespace else ()))
            elif route.startswith("admin/") and each.name:
                yield ":".join((*names, each.name)), each

    yield from walk(get_resolver(), "", ())


PATTERNS = dict(admin_patterns())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def addresses(world) -> dict[str, str]:
    """Every page with one of our rows in it, by its name."""
    return {name: address_of(world, name, each) for name, each in PATTERNS.items()}


def address_of(world: World, name: str, pattern: URLPattern) -> str:
    parameters = (
        pattern.pattern.converters or getattr(pattern.pattern, "regex", re.compile("")).groupindex
    )
    return reverse(name, kwargs=world.arguments(name, parameters)) + QUERIES.get(name, "")


def somebody(role: str) -> Any:
    if role == "nobody":
        return AnonymousUser()
    return UserFactory(role=None if role == "customer" else role, email=f"{role}@myhibachi.test")


class Visitor:
    """Somebody with a browser; of what their requests do, nothing stays."""

    def __init__(self, role: str) -> None:
        self.user, self.is_staff = somebody(role), role in STAFF
        self.client = Client(raise_request_exception=False)
        if not self.user.is_anonymous:
            self.client.force_login(self.user)
        self.cookies = {name: each.value for name, each in self.client.cookies.items()}

    def ask(self, method: str, address: str, data: dict[str, Any] | None = None) -> "Answer":
        """Send one request, and undo what it did."""
        cache.clear()
        self.client.cookies = SimpleCookie(self.cookies)
        # The log of queries is capped: what is beyond would be missing.
        reset_queries()
        undone = transaction.atomic()
        # As the test's own transaction does: what is durable in production may begin in this one.
        undone._from_testcase = True  # type: ignore[attr-defined]
        with undone, CaptureQueriesContext(connection) as queries:
            response = getattr(self.client, method)(address, data or {})
            # A file that is sent in pieces is made while it is read.
            text = b"".join(response).decode(errors="replace")
            transaction.set_rollback(True)
        found = (WRITES.match(each["sql"]) for each in queries.captured_queries)
        written = {hit[2] for hit in found if hit and hit[2] not in BOOKKEEPING}
        return Answer(self, response, text, written)


class Answer:
    """What came of one request."""

    def __init__(self, asker: Visitor, response: Any, text: str, written: set[str]) -> None:
        self.asker, self.response, self.text, self.written = asker, response, text, written

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def is_refused(self) -> bool:
        location = self.response.headers.get("Location", "")
        is_sent_away = location.startswith(LOGIN) or (location == HOME and not self.asker.is_staff)
        return is_sent_away or self.status in (403, 404, 405)

    @property
    def is_open(self) -> bool:
        return self.status < 400 and not self.is_refused

    def __str__(self) -> str:
        return f"{self.status} {self.response.headers.get('Location', '')} {self.written or ''}"


def test_every_page_is_in_the_table():
    lines = [f'    "{name}": Page(what="…", see=SUPPORT),' for name in PATTERNS.keys() - known()]
    words = (
        "Say who may: add to PAGES in myhibachi/tests/roles_matrix.py, then run `make roles` "
        "(a list's export is `export=FINANCE` of its line in TABLES):\n"
    )
    assert not lines, words + "\n".join(sorted(lines))
    assert known() - PATTERNS.keys() == set(), "These pages are gone: take them out of the table."


def known() -> set[str]:
    return set(matrix.pages())


def test_every_table_is_in_the_table():
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered == TABLES.keys(), "Add it to, or take it out of, TABLES in roles_matrix.py."


@pytest.mark.parametrize("role", LADDER)
def test_each_page_opens_for_whom_the_table_says_and_leads_nowhere_else(addresses, role):
    """Buttons and links are down to the role, too."""
    visitor, every, wrong = Visitor(role), matrix.pages(), set()
    for name, page in every.items():
        answer = visitor.ask("get", addresses[name])
        is_right = answer.is_refused if not may(role, page.see) else answer.is_open
        if not is_right:
            wrong.add(f"GET {name} {addresses[name]}: {answer}")
        # The house's name at the top leads home, whoever reads it.
        for target in targets(answer.text) - {"today"}:
            if target in every and not may(role, every[target].see or every[target].do):
                wrong.add(f"{name} leads to {target}")
    assert not wrong, f"\n{role} " + f"\n{role} ".join(sorted(wrong))


def targets(page: str) -> set[str]:
    """Return the names of the pages that a page leads to, or sends its forms to."""
    return {name_of(urlsplit(unescape(link)).path) for link in LINK.findall(page)}


@cache_forever
def name_of(path: str) -> str:
    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return ""


@pytest.mark.parametrize("role", LADDER)
def test_each_form_is_taken_from_whom_the_table_says_and_else_nothing_is_written(addresses, role):
    visitor, wrong = Visitor(role), []
    for name, page in matrix.pages().items():
        answer = visitor.ask("post", addresses[name])
        if may(role, page.do):
            is_right = answer.is_open
        else:
            is_right = not answer.written and (answer.is_refused or may(role, page.see))
        if not is_right:
            wrong.append(f"POST {name} {addresses[name]}: {answer}")
    assert not wrong, f"\n{role} " + f"\n{role} ".join(wrong)


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


@pytest.mark.parametrize("role", STAFF)
def test_each_list_offers_the_actions_that_the_table_says(world, addresses, role):
    visitor, wrong = Visitor(role), []
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        table = TABLES[label]
        offered = set(page.get_actions(request_of(visitor.user)))
        if offered != {name for name, lowest in table.actions.items() if may(role, lowest)}:
            wrong.append(f"{label} offers {sorted(offered)}")
        for name in table.actions.keys() - offered:
            form = {"action": name, "_selected_action": str(world.rows[label].pk)}
            stem = f"admin:{label.replace('.', '_')}"
            if visitor.ask("post", addresses[f"{stem}_changelist"], form).written:
                wrong.append(f"{label} {name} was done all the same")
    assert not wrong, f"\n{role} " + f"\n{role} ".join(wrong)


@pytest.mark.parametrize("role", STAFF)
def test_each_form_has_the_fields_that_the_table_says(world, role):
    user, wrong = somebody(role), []
    for model, page in admin.site._registry.items():
        label, request = model._meta.label_lower, request_of(user)
        table, row = TABLES[label], world.rows[model._meta.label_lower]
        new = (
            " ".join(page.get_form(request).base_fields) if page.has_add_permission(request) else ""
        )
        old = ""
        if page.has_change_permission(request, row):
            old = " ".join(page.get_form(request, row, change=True).base_fields)
        for found, lowest, fields in (
            (new, table.add, table.new_fields),
            (old, table.change, table.fields),
        ):
            if found != (fields if may(role, lowest) else ""):
                wrong.append(f"{label}: {found!r}")
    assert not wrong, f"\n{role} " + f"\n{role} ".join(wrong)


def test_the_document_is_that_table():
    written = matrix.DOCUMENT.read_text()
    assert written == matrix.document(), "docs/roles.md is of yesterday: run `make roles`."
    assert matrix.DOCUMENT == settings.BASE_DIR / "docs" / "roles.md"
