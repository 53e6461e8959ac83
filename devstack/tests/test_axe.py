"""What the tests' browser is held to: axe's findings, and what is said on the console."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from devstack.testing.axe import serious_findings

PAGE = """<!doctype html><html lang="en"><title>A page</title><main>
<p style="color: #767676; background: #fff">Can be read</p>{}</main>"""
PALE = '<p id="pale">Cannot</p><style>#pale {color: #bbb; background: #fff}</style>'
STRICT = "default-src 'none'; style-src 'unsafe-inline'"

Show = Callable[[str], None]


@pytest.fixture
def show(page: Page) -> Show:
    """`show("<p>…")` opens a page with that in it, under a policy that lets no script run."""

    def open_page(body: str) -> None:
        def answer(route: Route) -> None:
            headers = {"Content-Security-Policy": STRICT, "Content-Type": "text/html"}
            route.fulfill(body=PAGE.format(body), headers=headers)

        page.route("http://localhost/", answer)
        page.goto("http://localhost/")

    return open_page


def test_what_cannot_be_read_is_found_whatever_the_policy_of_the_page(page: Page, show: Show):
    show(PALE)

    [line] = serious_findings(page)

    assert line.startswith("serious color-contrast: #pale – Fix any of the following: Element has")


def test_a_page_that_everybody_can_read_has_no_finding(page: Page, show: Show):
    show("")

    assert serious_findings(page) == serious_findings(page) == []


def test_a_request_to_elsewhere_is_a_complaint(page: Page, complaints: list[str]):
    page.set_content('<img alt="" src="https://example.com/x.png">', wait_until="load")

    assert complaints[0] == "asked for https://example.com/x.png"


def test_what_a_policy_refuses_is_a_complaint(page: Page, show: Show, complaints: list[str]):
    show("<script>alert(1)</script>")

    [line] = complaints
    assert "Content Security Policy" in line
