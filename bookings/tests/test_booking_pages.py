"""The pages around a booking: how the party ended, and the customer's own link."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from bookings.links import link
from bookings.models import Booking, Email
from bookings.services.emails.outbox import send_email
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def support(client):
    client.force_login(UserFactory(role="support"))
    return client


def begun(**fields: Any) -> Booking:
    """Return a confirmed party of 55000 that has begun."""
    made: Booking = BookingFactory(
        status="confirmed", starts_at=timezone.now() - HOUR, paid=10000, **fields
    )
    return made


def page(booking: Booking, name: str) -> str:
    return f"/admin/bookings/booking/{booking.pk}/{name}/"


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def sent_to(booking: Booking) -> list[str]:
    return list(booking.emails.order_by("created_at").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("name", "status", "consequence"),
    [
        ("done", "completed", "$450.00 is still owed. It can be paid, recorded and invoiced"),
        ("no-show", "no_show", "What was paid, $100.00, stays with us; nothing goes back"),
        ("no-show", "no_show", "The rest, $450.00, is not asked for any more"),
    ],
)
def test_an_ending_is_asked_about_and_then_noted(support, name, status, consequence):
    booking = begun()

    assert consequence in words(support.get(page(booking, name)))
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    done = support.post(page(booking, name))

    booking.refresh_from_db()
    assert (done.status_code, booking.status, booking.paid) == (302, status, 10000)
    assert said(done) == [
        f"Booking {booking.reference} is marked as {booking.get_status_display().lower()}."
    ]
    assert said(support.post(page(booking, name)))[-1].startswith("A ")


@pytest.mark.parametrize("name", ["done", "no-show"])
def test_what_has_not_begun_has_not_ended(support, name):
    booking = BookingFactory(status="confirmed", starts_at=timezone.now() + HOUR)

    assert said(support.get(page(booking, name))) == [
        "The party is confirmed, or has not begun yet."
    ]
    assert said(support.post(page(booking, name)))[-1] == "The party has not begun yet."
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_the_final_number_of_guests_is_asked_about_and_then_said(support):
    booking = BookingFactory(status="confirmed", guests=8)
    asked = support.get(page(booking, "final-count"))
    assert "Is 8 the final number of guests?" in words(asked)
    form = {"guests": asked.context["form"]["guests"].value()}

    done = support.post(page(booking, "final-count"), form)

    assert said(done) == [f"Booking {booking.reference}: 8 guests are final."]
    shown = words(support.get(page(booking, "change")))
    assert "Guests 8 adults final" in shown
    assert "The number of guests is final" in shown
    assert "Guests 8 final" in words(support.get(page(booking, "prep")))


def test_an_answer_about_another_number_of_guests_notes_nothing(support):
    booking = BookingFactory(status="confirmed", guests=10)

    late = support.post(page(booking, "final-count"), {"guests": 8})

    assert said(late) == ["The number of guests is 10 by now: is that final?"]
    booking.refresh_from_db()
    assert booking.final_guests is None


@pytest.mark.parametrize("fields", [{"status": "pending"}, {"guests": 8, "final_guests": 8}])
def test_where_no_number_of_guests_is_to_be_noted_it_is_not_asked_about(support, fields):
    booking = BookingFactory(**{"status": "confirmed"} | fields)
    assert said(support.get(page(booking, "final-count"))) == [
        "The guests are final already, or this party is not to come."
    ]


def test_a_no_show_is_no_action_of_the_list(support):
    listed = support.get(reverse("admin:bookings_booking_changelist"))
    actions = dict(listed.context["action_form"].fields["action"].choices)
    assert ("complete" in actions, "no_show" in actions) == (True, False)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("pending", "booking_received"),
        ("confirmed", "balance_due"),
        ("completed", "balance_due"),
    ],
)
def test_the_link_is_shown_and_sent_after_a_question(support, mailoutbox, status, kind):
    booking = BookingFactory(status=status)
    shown = support.get(page(booking, "send-link"))
    assert link("pay-booking", booking) in shown.content.decode()
    form = {"send_id": shown.context["form"]["send_id"].value()}

    question = support.post(page(booking, "send-link"), form | {"send": ""})
    assert f"E-mail the link to {booking.contact_email}?" in words(question)
    assert sent_to(booking) == []
    for _ in range(2):
        answer = support.post(page(booking, "send-link"), form | {"confirmed": "1"})

    assert said(answer)[-1] == f"The link goes to {booking.contact_email} by e-mail."
    assert sent_to(booking) == [kind]
    assert AuditEntry.objects.filter(action="booking.pay_link_sent").count() == 1
    send_email(email_id=booking.emails.get().pk, now=timezone.now())
    assert link("pay-booking", booking) in mailoutbox[0].body


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": "confirmed", "paid": 55000}, "Nothing is owed"),
        ({"status": "confirmed", "contact_email": ""}, "The booking has no e-mail address."),
    ],
)
def test_without_a_debt_or_an_address_the_link_can_only_be_copied(support, fields, why):
    booking = BookingFactory(**fields)
    shown = support.get(page(booking, "send-link"))
    assert why in words(shown)
    assert "Send by e-mail" not in words(shown)
    form = {"send_id": shown.context["form"]["send_id"].value(), "confirmed": "1"}
    answer = support.post(page(booking, "send-link"), form)
    assert said(answer) == ["There is nothing to pay any more, or no address to write to."]
    assert not Email.objects.exists()
