"""A dispute from its arrival over the submitted evidence to its end, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for
from myhibachi.tests.test_browser import book, log_in, pay

DISPUTED_CARD = "4000 0000 0000 0259"


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def disputes(client: Client, booking: Json) -> list[tuple[str, int]]:
    path = f"stripe/disputes?booking_id={booking['id']}"
    found = client.api("GET", path, token="admin-token")["results"]
    return [(dispute["status"], dispute["amount"]) for dispute in found]


def paid(client: Client, booking: Json) -> int:
    amount: int = client.api("GET", f"bookings/{booking['id']}", token="dev-token")["paid"]
    return amount


def test_a_dispute_is_answered_before_its_deadline_and_won(client: Client, page: Page):
    booking, url = book(client, page)
    page.goto(url)
    pay(page, DISPUTED_CARD)
    page.wait_for_url("**/pay/success?session_id=cs_test_*")
    wait_for(lambda: disputes(client, booking) == [("needs_response", 10000)])
    wait_for(lambda: paid(client, booking) == 0)

    log_in(client, page, "finance@myhibachi.test")
    page.goto(f"{client.stack.url}/admin/payments/dispute/?to_do=answer&q={booking['reference']}")
    row = page.locator("#result_list tbody tr")
    expect(row).to_contain_text("in 6 days")
    expect(row).to_contain_text("The cardholder says it was not them")
    row.locator("th a").click()
    expect(page.get_by_text("Dispute withdrawn")).to_be_visible()
    page.get_by_role("link", name="Answer…").click()
    sold = page.get_by_label("What was sold:").input_value()
    assert f"Booking {booking['reference']}: " in sold
    page.get_by_label("Anything else:").fill("winning_evidence")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved. Nothing has been sent.")).to_be_visible()
    page.get_by_role("button", name="Save and read it all…").click()
    expect(page.get_by_role("heading", name="Submit this to the bank?")).to_be_visible()
    expect(page.locator(".bank-reads")).to_contain_text(booking["reference"])
    assert disputes(client, booking) == [("needs_response", 10000)]
    page.get_by_role("button", name="Submit to the bank").dblclick()

    expect(page.get_by_text("The evidence is submitted: the bank has it.")).to_be_visible()
    wait_for(lambda: disputes(client, booking) == [("won", 10000)])
    wait_for(lambda: paid(client, booking) == 10000)
    page.reload()
    expect(page.locator(".field-status_state, .state--won").first).to_be_visible()
    expect(page.get_by_text("Dispute reinstated")).to_be_visible()
    expect(page.get_by_role("link", name="Answer…")).to_have_count(0)
    [at_stripe] = [
        found
        for found in client.stripe("GET", "disputes", limit=100)["data"]
        if found["evidence"]["uncategorized_text"] == "winning_evidence"
    ]
    assert at_stripe["evidence_details"]["submission_count"] == 1
