"""Each role through its day, in a real browser on the whole system; what it did is in the ledger.

A dispute's answer is in test_dispute_browser.py, a quote from its form to its party in
test_quote_browser.py.
"""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from devstack.testing.axe import serious_findings
from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for
from myhibachi.tests.test_browser import log_in

Look = Callable[..., None]


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


@pytest.fixture
def look(client: Client, page: Page, complaints: list[str]):
    """`look("bookings/booking/")` opens a page of the admin; each one is read as people do."""
    page.set_default_timeout(20_000)

    def open_page(path: str = "") -> None:
        page.goto(f"{client.stack.url}/admin/{path}")
        assert serious_findings(page) == []

    yield open_page
    assert serious_findings(page) == []
    assert complaints == []


def press(page: Page, *names: str) -> None:
    """Press these buttons, each on the page that the one before it led to."""
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def told(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


def books_of(client: Client, booking: Json) -> list[tuple[str, int]]:
    """Return the ledger's entries about a booking but for Stripe's fees, as (kind, cents)."""
    return client.sql(
        "SELECT kind, amount FROM payments_ledgerentry WHERE booking_id = %s AND kind <> 'fee'"
        " ORDER BY id",
        booking["id"],
    )


def paid(client: Client, booking: Json) -> int:
    amount: int = client.api("GET", f"bookings/{booking['id']}", token="admin-token")["paid"]
    return amount


def paid_in_full(client: Client) -> Json:
    """Return a booking that was paid by card at once, $550.00."""
    booking = client.book()
    client.pay(booking, amount=55000, payment_type="full")
    wait_for(lambda: paid(client, booking) == 55000)
    return booking


def actions_of(client: Client, email: str) -> set[str]:
    """Return what the audit log says that somebody did."""
    rows = client.sql(
        "SELECT DISTINCT a.action FROM core_auditentry a JOIN customers_user u ON u.id = a.actor_id"
        " WHERE u.email = %s",
        email,
    )
    return {action for (action,) in rows}


def test_support_finds_a_caller_books_a_party_takes_zelle_and_sends_a_quote(
    client: Client, page: Page, look: Look
):
    log_in(client, page, "support@myhibachi.test")
    look()
    page.get_by_role("searchbox", name="Find").fill("408 555 1009")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody").get_by_text("Jamal Jones").first).to_be_visible()

    party = client.party()
    look("bookings/booking/add/")
    page.locator(".field-customer .select2-selection").click()
    page.locator(".select2-search__field").fill("Jamal")
    page.get_by_role("option", name="Jamal Jones").first.click()
    page.get_by_label("Date:").fill(party["date"])
    page.get_by_label("Time:").select_option(f"{party['time']}:00")
    page.get_by_label("Guests:").fill("9")
    page.get_by_label("Location:").fill(party["location"])
    press(page, "Save")
    told(page, "was added successfully")
    [(made, reference)] = client.sql(
        "SELECT id, reference FROM bookings_booking WHERE date = %s AND guests = 9", party["date"]
    )
    booking = {"id": made}
    assert books_of(client, booking) == []

    look(f"bookings/booking/?q={reference}")
    page.locator("#result_list tbody th a").click()
    follow(page, "Record payment…")
    page.get_by_label("Reference:").fill("Z-77")
    press(page, "Continue…", "Record $100.00 by Zelle")
    told(page, "$100.00")
    assert books_of(client, booking) == [("charge", 10000)]
    assert client.sql("SELECT status, paid FROM bookings_booking WHERE id = %s", booking["id"]) == [
        ("confirmed", 10000)
    ]

    body = client.party() | {"contact_name": "Cy Caller", "contact_email": "cy@example.com"}
    quote = client.api("POST", "quotes", body, token="admin-token")
    look(f"bookings/quote/{quote['id']}/change/")
    follow(page, "Send…")
    press(page, "Send the quote")
    told(page, "is on its way to cy@example.com.")
    assert client.sql("SELECT status FROM bookings_quote WHERE id = %s", quote["id"]) == [("sent",)]


def test_a_manager_moves_a_party_and_cancels_it_with_its_deposit_going_back(
    client: Client, page: Page, look: Look
):
    booking = client.book()
    client.pay_deposit(booking)
    wait_for(lambda: paid(client, booking) == 10000)
    log_in(client, page, "manager@myhibachi.test")
    look(f"bookings/booking/{booking['id']}/change/")
    follow(page, "Reschedule…")
    expect(page.get_by_text("Moved now it costs $0.00")).to_be_visible()
    slot = page.get_by_role("radio").first
    wanted = slot.get_attribute("value") or ""
    slot.check()
    press(page, "Continue…")
    moved = "SELECT to_char(date + time, 'YYYY-MM-DD HH24:MI') FROM bookings_booking WHERE id = %s"
    assert client.sql(moved, booking["id"]) == [(f"{booking['date']} {booking['time'][:5]}",)]
    assert serious_findings(page) == []
    page.get_by_role("button", name=re.compile("^Move")).click()
    told(page, "is now on")
    assert client.sql(moved, booking["id"]) == [(wanted,)]

    look(f"bookings/booking/{booking['id']}/change/")
    follow(page, "Cancel…")
    page.get_by_label("Reason:").fill("The host fell ill.")
    press(page, "Continue…")
    expect(page.get_by_role("row", name="Goes back $100.00")).to_be_visible()
    assert serious_findings(page) == []
    press(page, "Cancel and refund $100.00")
    told(page, "$100.00")
    wait_for(lambda: books_of(client, booking) == [("charge", 10000), ("refund", -10000)])
    assert client.sql("SELECT status, paid FROM bookings_booking WHERE id = %s", booking["id"]) == [
        ("canceled", 0)
    ]


def test_finance_approves_what_a_manager_asks_for_sends_an_invoice_and_takes_the_figures_home(
    client: Client, page: Page, look: Look
):
    booking, owing = paid_in_full(client), client.book()
    client.pay_deposit(owing)
    payment = client.payment(booking)
    log_in(client, page, "manager@myhibachi.test")
    look(f"payments/payment/{payment['id']}/refund/")
    page.get_by_label("Amount in dollars").fill("520.00")
    press(page, "Continue…", "Ask finance to refund $520.00")
    told(page, "waits for approval by finance")
    assert books_of(client, booking) == [("charge", 55000)]
    page.get_by_role("button", name="Log out").click()

    log_in(client, page, "finance@myhibachi.test")
    look(f"payments/refund/?to_do=approve&q={booking['reference']}")
    page.locator("#result_list tbody th a").click()
    follow(page, "Approve…")
    press(page, "Continue…", "Refund $520.00")
    told(page, "$520.00 refunded.")
    wait_for(lambda: books_of(client, booking) == [("charge", 55000), ("refund", -52000)])

    wait_for(lambda: paid(client, owing) == 10000)
    look(f"bookings/booking/{owing['id']}/send-invoice/")
    page.get_by_label("Due in days:").fill("10")
    press(page, "Continue…")
    page.get_by_role("button", name=re.compile("^Send")).click()
    told(page, "$450.00 is sent to")
    assert client.sql(
        "SELECT status, amount FROM payments_invoice WHERE booking_id = %s", owing["id"]
    ) == [("open", 45000)]

    look("analytics/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).first.click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) > 1
    assert "refund.approved" in actions_of(client, "finance@myhibachi.test")


def test_an_admin_changes_the_rules_gives_a_role_replays_an_event_and_reads_who_did_it(
    client: Client, page: Page, look: Look
):
    new = {"email": "nia@myhibachi.test", "password": "a long enough one", "name": "Nia New"}
    client.ask("POST", "auth/register", new, token="")
    log_in(client, page, "owner@myhibachi.test")
    look("bookings/rulebook/add/")
    # Later than any party of the other tests.
    day = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=500)).isoformat()
    page.get_by_label("Effective from:").fill(day)
    page.get_by_label("Adult price:").fill("61.50")
    press(page, "Preview")
    expect(page.get_by_text("$61.50").first).to_be_visible()
    rules = "SELECT adult_price FROM bookings_rulebook WHERE effective_from = %s"
    assert client.sql(rules, day) == []
    assert serious_findings(page) == []
    press(page, "Save")
    told(page, "was added successfully")
    assert client.sql(rules, day) == [(6150,)]

    look("customers/user/?q=nia@myhibachi.test")
    page.locator("#result_list tbody th a").click()
    page.get_by_label("Role:").select_option("support")
    press(page, "Save")
    told(page, "was changed successfully")
    assert client.sql(
        "SELECT u.is_staff, g.name FROM customers_user u JOIN customers_user_groups m"
        " ON m.user_id = u.id JOIN auth_group g ON g.id = m.group_id WHERE u.email = %s",
        new["email"],
    ) == [(True, "support")]

    look("payments/webhookevent/?state__exact=processed")
    page.locator("#result_list tbody th a").first.click()
    press(page, "Replay")
    told(page, "1 to be processed again.")
    event = int(re.findall(r"webhookevent/(\d+)/", page.url)[0])
    state = "SELECT state FROM payments_webhookevent WHERE id = %s"
    wait_for(lambda: client.sql(state, event) == [("processed",)])

    look("core/auditentry/?q=owner@myhibachi.test")
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    done = actions_of(client, "owner@myhibachi.test")
    assert {"webhook_event.replayed", "user.role_changed"} <= done
