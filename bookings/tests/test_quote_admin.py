"""Quotes in the admin: drafted, sent, revised, found."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.links import link
from bookings.models import Quote
from bookings.services.quotes import accept_quote, create_quote, decline_quote, revise_quote
from bookings.tests.factories import BookingFactory
from bookings.tests.quote_world import BIRTHDAY, DATE, NOW, SIX, an_offer, draft_quote, sent_quote
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db

QUOTES = reverse("admin:bookings_quote_changelist")
ADD = reverse("admin:bookings_quote_add")
BODY = {
    "date": "2027-07-03",
    "time": "18:00:00",
    "guests": "12",
    "children": "2",
    "toddlers": "0",
    "menu": "adult",
    "location": "1 A St, San Jose, CA",
}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def support():
    return UserFactory(role="support")


@pytest.fixture
def staff(client, support):
    client.force_login(support)
    return client


def page_of(quote, name="change"):
    return reverse(f"admin:bookings_quote_{name}", args=[quote.pk])


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def form_of(response):
    """Return what a browser would send of the page's form."""
    form = response.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def errors_of(response):
    return response.context["adminform"].form.errors


def tools_of(response):
    return [name for name, _ in response.context["tools"]]


def test_staff_draft_a_quote_with_adjustments(staff, support):
    customer = ContactFactory(name="Cy Caller")
    lines = "Birthday discount -50.00\n2 x Extra chef $1,150.50"
    body = BODY | {"customer": str(customer.pk), "extra_lines": lines, "message": "Hello"}

    answer = staff.post(ADD, body)

    quote = Quote.objects.get()
    assert answer.status_code == 302
    assert (quote.customer, quote.asked_by_customer, quote.message) == (customer, False, "Hello")
    assert quote.extra_lines == [
        {
            "code": "discount",
            "label": "Birthday discount",
            "quantity": 1,
            "unit_amount": -5000,
            "amount": -5000,
        },
        {
            "code": "extra",
            "label": "Extra chef",
            "quantity": 2,
            "unit_amount": 115050,
            "amount": 230100,
        },
    ]
    assert quote.total == 61000 - 5000 + 230100
    shown = form_of(staff.get(page_of(quote)))["extra_lines"]
    assert shown == "Birthday discount -50.00\n2 x Extra chef 1150.50"


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"extra_lines": "All of it -611"}, "extra_lines", "The discount is more than the bill."),
        (
            {"extra_lines": "Discount"},
            "extra_lines",
            "“Discount” is not a name and an amount, such as “Birthday discount -50.00”.",
        ),
        (
            {"extra_lines": "Discount 1.005"},
            "extra_lines",
            "“Discount 1.005” is not a name and an amount, such as “Birthday discount -50.00”.",
        ),
        ({"date": "2027-06-02"}, "date", "We need 48 hours' notice."),
        ({"add_ons": "1 caviar"}, "add_ons", "Not on the menu: caviar."),
    ],
)
def test_what_the_service_refuses_stands_beside_the_field(staff, changes, field, says):
    body = BODY | {"customer": str(ContactFactory().pk)} | changes
    assert errors_of(staff.post(ADD, body)) == {field: [says]}
    assert not Quote.objects.exists()


def test_a_draft_is_changed_by_its_form(staff):
    quote = draft_quote(extra_lines=(BIRTHDAY,))
    body = form_of(staff.get(page_of(quote)))

    answer = staff.post(page_of(quote), body | {"guests": "20"})

    quote.refresh_from_db()
    assert (answer.status_code, quote.guests, quote.total) == (302, 20, 105000)


def test_a_draft_is_sent_from_a_page_that_says_what_and_to_whom(staff):
    quote = draft_quote(customer=ContactFactory(email="ada@example.com"))
    assert tools_of(staff.get(page_of(quote))) == ["Send…", "PDF"]

    page = staff.get(page_of(quote, "send"))
    assert "It goes to ada@example.com" in text_of(page)
    assert "$550.00" in text_of(page)
    assert page.context["form"]["until"].value() == dt.date(2027, 6, 15)
    done = staff.post(page_of(quote, "send"), {"until": "2027-06-05"}, follow=True)

    quote.refresh_from_db()
    assert "is on its way to ada@example.com." in text_of(done)
    assert quote.status == "sent"
    assert quote.expires_at == dt.datetime.fromisoformat("2027-06-06T00:00:00-07:00")
    assert link("quote", quote) in done.content.decode()
    assert tools_of(done) == ["Revise…", "PDF"]


def test_the_page_warns_before_an_offer_that_will_disappoint(staff):
    quote = draft_quote(
        customer=ContactFactory(email=""), location="behind the old mill", guests=10
    )
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    said = text_of(staff.get(page_of(quote, "send")))
    assert "This slot is full at the moment" in said
    assert "so no travel is in the price" in said
    assert "There is no e-mail address" in said
    done = staff.post(page_of(quote, "send"), {"until": "2027-06-05"}, follow=True)
    assert "pass its link on" in text_of(done)


def test_what_can_not_be_sent_says_why(staff, time_machine):
    sent, late = sent_quote(), draft_quote()
    assert "It can't be sent: It is sent already." in text_of(staff.get(page_of(sent, "send")))
    wrong = staff.post(page_of(late, "send"), {"until": "2027-05-30"})
    assert wrong.context["form"].errors == {"until": ["It would have expired already."]}
    time_machine.move_to(dt.datetime.fromisoformat("2027-07-03T12:00:00-07:00"), tick=False)
    staff.force_login(UserFactory(role="support"))
    assert "hours' notice" in text_of(staff.get(page_of(late, "send"))).replace("&#x27;", "'")


def test_what_was_sent_is_read_only_and_revised_by_the_same_form(staff):
    old = sent_quote(guests=12, children=2, extra_lines=(BIRTHDAY,), message="First")
    page = staff.get(page_of(old))
    assert "Birthday discount" in text_of(page)
    assert staff.post(page_of(old), {"guests": "1"}).status_code == 403
    revise = dict(page.context["tools"])["Revise…"]

    body = form_of(staff.get(revise))
    assert (body["guests"], body["message"]) == (12, "First")
    assert body["extra_lines"] == "Birthday discount -50.00"
    answer = staff.post(revise, body | {"guests": "14", "customer": str(ContactFactory().pk)})

    new = Quote.objects.get(version=2)
    old.refresh_from_db()
    assert answer.status_code == 302
    assert (old.superseded_by, new.reference, new.customer, new.guests, new.status) == (
        new, old.reference, old.customer, 14, "draft",
    )  # fmt: skip
    versions = text_of(staff.get(page_of(new)))
    assert "Version 1" in versions
    assert "superseded" in versions
    assert tools_of(staff.get(page_of(old))) == ["PDF"]


def test_a_revision_of_what_was_revised_meanwhile_is_refused(staff, support):
    old = sent_quote()
    body = form_of(staff.get(f"{ADD}?revises={old.pk}"))
    revise_quote(quote_id=old.pk, actor=support, now=NOW)
    answer = staff.post(f"{ADD}?revises={old.pk}", body)
    assert errors_of(answer) == {"__all__": ["There is a newer version of this quote."]}
    assert Quote.objects.count() == 2


def test_an_accepted_quote_leads_to_its_booking_and_is_revised_once_that_is_over(staff):
    quote = sent_quote()
    booking = accept_quote(quote_id=quote.pk, actor=None, now=NOW)
    page = staff.get(page_of(quote))
    there = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert there in page.content.decode()
    assert f'<a href="{page_of(quote)}">{quote}</a>' in staff.get(there).content.decode()
    assert tools_of(page) == ["PDF"]
    type(booking).objects.update(status="expired", seat=None)
    assert tools_of(staff.get(page_of(quote))) == ["Revise…", "PDF"]


def world(support):
    """Make one quote of each state, named for it."""
    quotes = {
        state: sent_quote(customer=ContactFactory(name=state, email=f"{state}@example.com"))
        for state in ("sent", "accepted", "declined", "expired", "superseded")
    }
    accept_quote(quote_id=quotes["accepted"].pk, actor=None, now=NOW)
    decline_quote(quote_id=quotes["declined"].pk, actor=None, now=NOW)
    Quote.objects.filter(pk=quotes["expired"].pk).update(expires_at=NOW)
    new = revise_quote(quote_id=quotes["superseded"].pk, actor=support, now=NOW)
    Quote.objects.filter(pk=new.pk).update(contact_name="draft")
    asks = CustomerFactory(name="asked", user=UserFactory())
    create_quote(customer=asks, offer=an_offer(), asked_by_customer=True, actor=asks.user, now=NOW)
    return quotes


@pytest.mark.parametrize(
    ("query", "found"),
    [
        *((f"status={state}", [state]) for state in ("sent", "accepted", "declined", "expired")),
        ("status=superseded", ["superseded"]),
        ("status=asked", ["asked"]),
        ("status=draft", ["asked", "draft"]),
        ("q=declined%40example.com", ["declined"]),
        ("q=sen", ["sent"]),
    ],
)
def test_quotes_are_found(staff, support, query, found):
    world(support)
    listed = staff.get(f"{QUOTES}?{query}").context["cl"].result_list
    assert sorted(quote.contact_name for quote in listed) == found


def test_a_reference_finds_every_version(staff, support):
    quotes = world(support)
    listed = staff.get(f"{QUOTES}?q={quotes['superseded'].reference.lower()}")
    assert sorted(q.version for q in listed.context["cl"].result_list) == [1, 2]


def test_the_list_shows_how_each_stands_and_costs_the_same_however_long(
    staff, support, django_assert_max_num_queries
):
    world(support)
    for _ in range(20):
        draft_quote()
    with django_assert_max_num_queries(9):
        page = staff.get(QUOTES)
    labels = set(re.findall(r'class="state state--(\w+)">([^<]+)<', page.content.decode()))
    assert labels == {
        ("attention", "asked for"),
        *((state, state) for state in ("draft", "sent", "accepted", "declined", "expired")),
        ("superseded", "superseded"),
    }


def test_the_pdf_is_in_the_admin_too(staff):
    quote = draft_quote()
    answer = staff.get(page_of(quote, "pdf"))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize("name", ["change", "send", "pdf"])
def test_customers_get_nowhere(client, name):
    client.force_login(CustomerFactory().user)
    quote = draft_quote()
    assert client.get(page_of(quote, name)).status_code == 302
    assert client.post(page_of(quote, name), {"until": "2027-06-05"}).status_code == 302
    quote.refresh_from_db()
    assert quote.status == "draft"
