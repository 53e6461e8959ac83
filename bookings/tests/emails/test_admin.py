"""E-mails in the admin: read by all staff, sent again by those who change bookings."""

import re

import pytest
from django.urls import reverse

from bookings.models import Email
from bookings.services.emails import queue_email
from bookings.tests.emails.parties import NOW, confirmed, offer, party, saved
from customers.tests.factories import UserFactory

Kind = Email.Kind
EMAILS = reverse("admin:bookings_email_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def as_support(client):
    client.force_login(UserFactory(role="support"))
    return client


def page_of(row):
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def email(kind=Kind.BOOKING_RECEIVED, **columns) -> Email:
    booking = saved(party())
    queue_email(kind, booking=booking, now=NOW)
    Email.objects.filter(booking=booking).update(**columns)
    return booking.emails.get()


def test_a_bookings_page_lists_what_was_told_and_what_went_wrong(as_support):
    found = email(status="failed", error="The address was refused (550).")
    said = words(as_support.get(page_of(found.booking)))
    assert (
        "Jun 1, 4:40 PM Booking Received failed devi@myhibachi.test The address was refused (550)."
        in said
    )


def test_a_bookings_page_lists_its_quotes_emails_too(as_support):
    quote = saved(offer())
    queue_email(Kind.QUOTE, quote=quote, now=NOW)
    booking = saved(confirmed())
    quote.status, quote.booking = "accepted", booking
    quote.save()
    assert "Jun 1, 4:40 PM Quote queued devi@myhibachi.test" in words(
        as_support.get(page_of(booking))
    )


def test_an_emails_page_shows_its_text_but_no_key_to_the_customers_page(as_support):
    found = email()
    page = as_support.get(page_of(found))
    assert "Pay deposit $100.00: [link:pay-booking]" in words(page)
    assert "/pay/b/" not in page.content.decode()
    assert "_save" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "h-7kq3xwm"}, True),
        ({"q": "devi@MYHIBACHI.test"}, True),
        ({"q": "H-0000000"}, False),
        ({"q": "Q-7KQ3XWM"}, False),
        ({"status": "queued"}, True),
        ({"status": "failed"}, False),
        ({"kind": "booking_received"}, True),
    ],
)
def test_the_list_is_searched_and_filtered(as_support, query, found):
    email()
    assert ("devi@myhibachi.test" in words(as_support.get(EMAILS, query))) is found


def again(client, found):
    sent = {"action": "send_again", "_selected_action": [str(found.pk)]}
    return client.post(EMAILS, sent, follow=True)


def test_a_failed_email_is_sent_again(as_support):
    found = email(status="failed", attempts=12, error="TimeoutError")
    assert "1 will be sent in a moment." in words(again(as_support, found))
    found.refresh_from_db()
    assert (found.status, found.attempts, found.error) == ("queued", 0, "")


def test_a_sent_email_is_not_sent_again(as_support):
    found = email(status="sent", sent_at=NOW)
    said = words(again(as_support, found))
    assert "Only an e-mail whose sending failed can be sent again." in said


def test_nobody_writes_or_deletes_one_by_hand(client):
    client.force_login(UserFactory(role="admin"))
    found = email()
    assert client.get(reverse("admin:bookings_email_add")).status_code == 403
    assert client.post(page_of(found), {"to": "x@y.test"}).status_code == 403
    assert client.get(f"{page_of(found)}../delete/").status_code in (403, 404)
