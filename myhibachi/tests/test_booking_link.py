"""From the e-mail to the paid deposit, in a real browser on a phone-sized page."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for
from myhibachi.tests.test_browser import pay

PHONE: ViewportSize = {"width": 360, "height": 640}


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def printed(client: Client) -> str:
    """Return the e-mails that the worker has printed to its console."""
    return client.stack.worker.log.read_text()


def link_of(client: Client, reference: str) -> str | None:
    """Return the link in the e-mail that says what to pay."""
    found = re.search(
        rf"Subject: {reference}: pay the deposit.*?(http\S+/pay/b/\S+)", printed(client), re.S
    )
    return found[1] if found else None


def sent(client: Client, booking: Json) -> set[str]:
    rows = client.sql(
        "SELECT kind FROM bookings_email WHERE booking_id = %s AND status = 'sent'", booking["id"]
    )
    return {kind for (kind,) in rows}


def test_the_link_in_the_email_leads_to_stripes_page_and_the_deposit_is_told_by_email(
    client: Client, page: Page
):
    booking = client.book()
    wait_for(lambda: link_of(client, booking["reference"]))
    page.set_viewport_size(PHONE)
    page.goto(link_of(client, booking["reference"]) or "")
    expect(page.get_by_role("heading", name="Your slot is held for you")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    link = page.url

    page.get_by_role("button", name="Pay deposit $100.00").click()
    pay(page, "4242 4242 4242 4242")

    page.wait_for_url("**/pay/success?session_id=cs_test_*")
    wait_for(lambda: sent(client, booking) == {"booking_received", "deposit_received"})
    assert f"Subject: {booking['reference']}: your party is booked" in printed(client)
    assert "Content-Type: text/calendar" in printed(client)
    page.goto(link)
    expect(page.get_by_role("heading", name="Your party is booked")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Pay balance"))).to_be_visible()
