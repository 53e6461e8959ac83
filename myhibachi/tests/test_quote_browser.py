"""A quote from the admin's form to a confirmed booking, in real browsers: staff's and a phone."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from playwright.sync_api import Browser, Page, expect

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, Json, wait_for
from myhibachi.tests.test_browser import log_in, pay

VISA = "4242 4242 4242 4242"
ACCEPT = "Accept and pay the deposit of $100.00"
WIDER = "document.documentElement.scrollWidth > window.innerWidth"
# What Django's console backend writes between two e-mails; Celery puts its own words before it.
BETWEEN = re.compile(r"^.*-{79}$", re.MULTILINE)


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small phone whose browser has nothing to complain about."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [said for said in complaints if "Content Security Policy" in said] == []


def sent_quote(client: Client, **changes: object) -> Json:
    """Draft and send a quote through the API, as a frontend of staff's would."""
    body = client.party() | {"contact_name": "Ada Guest", "contact_email": "ada@example.com"}
    draft = client.api("POST", "quotes", body | changes, token="admin-token")
    return client.api("POST", f"quotes/{draft['id']}/send", {}, token="admin-token")


def mail_to(client: Client, address: str) -> Message | None:
    """Return the first e-mail to somebody that the worker has put on its console."""
    log = (client.stack.folder / "worker.log").read_text()
    for text in BETWEEN.split(log):
        start = text.find("Content-Type: multipart")
        message = message_from_bytes(text[start:].encode()) if start >= 0 else None
        if message and message["To"] == address:
            return message
    return None


def link_in(message: Message) -> str:
    """Return the address of the quote in the e-mail's text."""
    [text, *_] = (part for part in message.walk() if part.get_content_type() == "text/plain")
    body = text.get_payload(decode=True)
    assert isinstance(body, bytes)
    found = re.search(r"http://localhost:\d+/quotes/\S+", body.decode())
    assert found
    return found[0]


def draft_in_the_admin(client: Client, page: Page, party: Json, *, email: str) -> None:
    """Fill in the form as staff do on the phone with a customer."""
    page.goto(f"{client.stack.url}/admin/bookings/quote/add/")
    page.locator(".field-customer .select2-selection").click()
    page.locator(".select2-search__field").fill("Devi")
    page.get_by_role("option", name="Devi Guest").first.click()
    page.locator("#id_contact_email").fill(email)
    page.locator("#id_date").fill(party["date"])
    page.locator("#id_time").select_option(f"{party['time']}:00")
    page.locator("#id_guests").fill("12")
    page.locator("#id_location").fill(party["location"])
    page.locator("#id_extra_lines").fill("Birthday discount -50.00")
    page.locator("#id_message").fill("As we said on the phone")
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_quote_made_in_the_admin_is_mailed_accepted_on_a_phone_paid_and_confirmed(
    client: Client, page: Page, phone: Page
):
    party, email = client.party(), "quoted@example.com"
    log_in(client, page, "finance@myhibachi.test")
    draft_in_the_admin(client, page, party, email=email)
    expect(page.get_by_text("is a draft. Read it through, then send it.")).to_be_visible()
    expect(page.get_by_text("$610.00").first).to_be_visible()
    page.get_by_role("link", name="Send…").click()
    page.get_by_role("button", name="Send the quote").click()
    expect(page.get_by_text(f"is on its way to {email}.")).to_be_visible()

    phone.goto(link_in(wait_for(lambda: mail_to(client, email))))
    expect(phone.get_by_text("As we said on the phone")).to_be_visible()
    expect(phone.get_by_text("-$50.00")).to_be_visible()
    assert not phone.evaluate(WIDER)
    quote_page = phone.url
    phone.get_by_role("button", name=ACCEPT).click()
    pay(phone, VISA)
    phone.wait_for_url("**/pay/success?session_id=cs_test_*")
    expect(phone.get_by_text("Your party is booked")).to_be_visible(timeout=30_000)

    rows = client.sql(
        "SELECT b.status, b.date::text, to_char(b.time, 'HH24:MI'), b.seat IS NOT NULL, b.total,"
        " b.paid FROM bookings_booking b JOIN bookings_quote q ON q.booking_id = b.id"
        " WHERE q.contact_email = %s AND q.status = 'accepted'",
        email,
    )
    assert rows == [("confirmed", party["date"], party["time"], True, 61000, 10000)]
    phone.goto(quote_page)
    expect(phone.get_by_text("You accepted this quote")).to_be_visible()
    expect(phone.get_by_role("link", name="See your booking")).to_be_visible()


def expire(client: Client, quote: Json) -> None:
    client.sql(
        "UPDATE bookings_quote SET expires_at = now() - interval '1 second' WHERE id = %s"
        " RETURNING id",
        quote["id"],
    )


def revise(client: Client, quote: Json) -> None:
    new = client.api("POST", f"quotes/{quote['id']}/revise", {"guests": 20}, token="admin-token")
    client.api("POST", f"quotes/{new['id']}/send", {}, token="admin-token")


def decline(client: Client, quote: Json) -> None:
    client.api("POST", f"quotes/{quote['id']}/decline", {}, token="admin-token")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (expire, "This quote has expired"),
        (revise, "There is a newer version of this quote"),
        (decline, "You declined this quote"),
    ],
)
def test_what_is_over_by_the_time_somebody_presses_accept_is_refused_and_says_why(
    client: Client, phone: Page, spoil, says: str
):
    quote = sent_quote(client)
    phone.goto(quote["url"])
    spoil(client, quote)
    phone.get_by_role("button", name=ACCEPT).click()
    expect(phone.get_by_role("heading", name=says)).to_be_visible()
    assert not phone.evaluate(WIDER)
    assert phone.get_by_role("button").count() == 0
    assert client.sql("SELECT booking_id FROM bookings_quote WHERE id = %s", quote["id"]) == [
        (None,)
    ]


def test_an_old_version_leads_to_the_newest_which_is_accepted(client: Client, phone: Page):
    quote = sent_quote(client)
    revise(client, quote)
    phone.goto(quote["url"])
    phone.get_by_role("link", name="See the newest version").click()
    expect(phone.get_by_text("$1,100.00").first).to_be_visible()
    phone.get_by_role("button", name=ACCEPT).click()
    pay(phone, VISA)
    expect(phone.get_by_text("Your party is booked")).to_be_visible(timeout=30_000)


def test_a_slot_that_is_gone_is_said_and_another_is_picked_paid_and_confirmed(
    client: Client, phone: Page
):
    quote = sent_quote(client)
    phone.goto(quote["url"])
    taken = client.party() | {"date": quote["date"], "time": quote["time"]}
    for _ in range(2):
        client.api("POST", "bookings", taken, token="dev-token")
    phone.get_by_role("button", name=ACCEPT).click()
    expect(phone.get_by_role("heading", name="This time is no longer free")).to_be_visible()
    expect(phone.get_by_text("nothing was booked and nothing was charged")).to_be_visible()
    assert not phone.evaluate(WIDER)

    other = phone.locator("button[name=slot]").first
    chosen = other.get_attribute("value")
    other.click()
    pay(phone, VISA)
    expect(phone.get_by_text("Your party is booked")).to_be_visible(timeout=30_000)

    rows = client.sql(
        "SELECT b.status, to_char(b.date + b.time, 'YYYY-MM-DD HH24:MI'), b.total"
        " FROM bookings_booking b JOIN bookings_quote q ON q.booking_id = b.id WHERE q.id = %s",
        quote["id"],
    )
    assert rows == [("confirmed", chosen, quote["total"])]


def test_saying_no_takes_a_question_and_keeps_the_reason(client: Client, phone: Page):
    quote = sent_quote(client)
    phone.goto(quote["url"])
    phone.get_by_role("link", name="No, thank you").click()
    phone.get_by_label("What should have been different?").fill("Too far off")
    phone.get_by_role("button", name="Decline").click()
    expect(phone.get_by_role("heading", name="You declined this quote")).to_be_visible()
    seen = client.api("GET", f"quotes/{quote['id']}", token="admin-token")
    assert (seen["status"], seen["decline_reason"]) == ("declined", "Too far off")
