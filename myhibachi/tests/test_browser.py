"""One booking carried all the way through, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for

PASSWORD = "hibachi-demo"
SEND = """async ([path, body]) => {
    const answer = await fetch(path, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', Authorization: 'Bearer dev-token'},
        body: JSON.stringify(body),
    });
    return await answer.json();
}"""


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def book(client: Client, page: Page) -> tuple[Json, str]:
    """Book and open a checkout session with fetch, as the frontend does; return both."""
    page.goto(f"{client.stack.url}/docs")
    booking = page.evaluate(SEND, ["/api/bookings", client.party()])
    line = {"name": "Booking Deposit", "amount": 10000, "quantity": 1}
    body = {"booking_id": booking["id"], "line_items": [line], "mode": "payment"}
    session = page.evaluate(SEND, ["/api/stripe/create-checkout-session", body])
    return booking, session["url"]


def pay(page: Page, card: str) -> None:
    """Fill in the hosted page's form and press its button."""
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expiration").fill("12 / 34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on card").fill("Devi Guest")
    page.get_by_label("ZIP").fill("94539")
    page.get_by_role("button", name=re.compile("^Pay")).click()


def log_in(client: Client, page: Page, email: str) -> None:
    page.goto(f"{client.stack.url}/admin/")
    page.locator("#id_username").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Log out")).to_be_visible()


def revenue(client: Client) -> tuple[int, int]:
    """Return what was taken and what was given back, in cents."""
    figures = client.api("GET", "stripe/analytics/payments", token="admin-token")
    return figures["total_amount"], figures["refunds"]["amount"]


def test_book_pay_see_it_in_the_admin_refund_part_and_the_figures_follow_to_the_cent(
    client: Client, page: Page
):
    taken, returned = revenue(client)
    booking, url = book(client, page)
    page.goto(url)
    pay(page, "4242 4242 4242 4242")
    page.wait_for_url("**/pay/success?session_id=cs_test_*")
    # The page before this one has the reference, too, and looks again by itself.
    expect(page.get_by_text("Your party is booked")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(booking["reference"]).first).to_be_visible()
    wait_for(lambda: revenue(client) == (taken + 10000, returned))

    log_in(client, page, "finance@myhibachi.test")
    page.goto(f"{client.stack.url}/admin/bookings/booking/?q={booking['reference']}")
    expect(page.locator("#result_list").get_by_text("confirmed", exact=False)).to_be_visible()
    payment = client.payment(booking)
    page.goto(f"{client.stack.url}/admin/payments/payment/{payment['id']}/refund/")
    page.get_by_label("Amount in dollars").fill("50.00")
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Refund $50.00").click()

    expect(page.get_by_text("$50.00 refunded.")).to_be_visible()
    wait_for(lambda: revenue(client) == (taken + 10000, returned + 5000))
    settled = client.payment(booking)["refunds"]
    assert [(refund["amount"], refund["status"]) for refund in settled] == [(5000, "succeeded")]
    wait_for(
        lambda: (
            client.sql(
                "SELECT count(*) FROM payments_webhookevent WHERE type LIKE 'refund.%%'"
                " AND state = 'processed' AND payload LIKE %s",
                f"%{settled[0]['id']}%",
            )
            > [(0,)]
        )
    )
    assert client.api("GET", f"bookings/{booking['id']}", token="dev-token")["paid"] == 5000


@pytest.mark.parametrize(
    ("card", "words", "code"),
    [
        ("4000 0000 0000 0002", "declined", "generic_decline"),
        ("4000 0000 0000 9995", "insufficient funds", "insufficient_funds"),
    ],
)
def test_a_declined_card_is_told_on_the_page_and_another_card_pays(
    client: Client, page: Page, card: str, words: str, code: str
):
    booking, url = book(client, page)
    page.goto(url)
    pay(page, card)
    expect(page.get_by_role("alert")).to_contain_text(words)
    wait_for(lambda: client.payment(booking)["status"] == "failed")
    assert client.payment(booking)["failure_code"] == code

    pay(page, "4242 4242 4242 4242")

    page.wait_for_url("**/pay/success?session_id=cs_test_*")
    wait_for(lambda: client.payment(booking)["status"] == "succeeded")


def test_three_d_secure_asks_the_customer_and_then_pays(client: Client, page: Page):
    booking, url = book(client, page)
    page.goto(url)
    pay(page, "4000 0027 6000 3184")
    page.get_by_role("button", name=re.compile("Complete", re.I)).click()

    page.wait_for_url("**/pay/success?session_id=cs_test_*")
    wait_for(lambda: client.payment(booking)["status"] == "succeeded")


def test_three_d_secure_refused_takes_nothing(client: Client, page: Page):
    booking, url = book(client, page)
    page.goto(url)
    pay(page, "4000 0027 6000 3184")
    page.get_by_role("button", name=re.compile("Fail", re.I)).click()

    expect(page.get_by_role("alert")).to_be_visible()
    wait_for(lambda: client.payment(booking)["status"] == "failed")
    assert client.api("GET", f"bookings/{booking['id']}", token="dev-token")["paid"] == 0
