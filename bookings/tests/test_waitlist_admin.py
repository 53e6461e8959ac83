import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import Status, WaitlistEntry
from bookings.services.offers import offer_places
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import ContactFactory, UserFactory

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)
LIST = reverse("admin:bookings_waitlistentry_changelist")
ADD = reverse("admin:bookings_waitlistentry_add")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def support():
    return UserFactory(role="support")


@pytest.fixture
def as_support(client, support):
    client.force_login(support)
    return client


def wait(name, *, minutes=0, **changes):
    at = NOW + dt.timedelta(minutes=minutes)
    slot = {"date": DATE, "time": SIX} | changes
    return WaitlistEntryFactory(contact_name=name, created_at=at, **slot)


def page_of(entry):
    return reverse("admin:bookings_waitlistentry_change", args=[entry.pk])


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def names(response):
    return [entry.contact_name for entry in response.context["cl"].result_list]


def withdraw(client, *entries):
    """Choose them in the list and agree to what is asked."""
    chosen = {"action": "withdraw", "_selected_action": [entry.pk for entry in entries]}
    asked = client.post(f"{LIST}?status=all", chosen)
    assert "They leave the line." in text_of(asked)
    return client.post(f"{LIST}?status=all", chosen | {"confirmed": "yes"}, follow=True)


def test_the_list_shows_each_slots_line_in_order(as_support):
    wait("third", minutes=2)
    wait("second", minutes=1)
    wait("another day", date=dt.date(2027, 7, 2))
    wait("gone", status="withdrawn")
    wait("first")

    page = as_support.get(LIST)

    assert names(page) == ["another day", "first", "second", "third"]
    assert re.findall(r'class="number">([^<]+)<', page.content.decode()) == ["1", "1", "2", "3"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["past", "soon", "waiting"]),
        ("status=waiting", ["past", "waiting"]),
        ("status=offered", ["soon"]),
        ("status=lapsed", ["lapsed"]),
        ("status=all", ["past", "lapsed", "soon", "waiting"]),
        ("when=week", ["soon"]),
        ("when=upcoming", ["soon", "waiting"]),
        ("status=all&when=past", ["past", "lapsed"]),
        ("date__exact=2027-07-03&time__exact=18:00", ["waiting"]),
        ("q=soon", ["soon"]),
    ],
)
def test_places_in_line_are_found(as_support, query, found):
    wait("waiting")
    wait("past", date=dt.date(2027, 5, 1))
    wait("lapsed", date=dt.date(2027, 5, 2), status="lapsed")
    offered = BookingFactory()
    wait("soon", date=dt.date(2027, 6, 5), status="offered", booking=offered)

    assert names(as_support.get(f"{LIST}?{query}")) == found


def test_the_list_costs_the_same_however_long(as_support, django_assert_max_num_queries):
    WaitlistEntryFactory.create_batch(20)

    with django_assert_max_num_queries(8):
        as_support.get(LIST)


def test_the_page_shows_the_whole_line_and_leads_to_the_offer(as_support):
    BookingFactory(date=DATE, time=SIX)
    first, second = wait("Ann"), wait("Ben", minutes=1)
    offer_places(NOW)
    first.refresh_from_db()

    page = as_support.get(page_of(second))

    assert re.search(r"Who Guests Status Ann 8 offered Ben 8 waiting", text_of(page))
    offered = as_support.get(page_of(first)).content.decode()
    assert reverse("admin:bookings_booking_change", args=[first.booking.pk]) in offered


def test_a_bookings_page_shows_who_waits_for_its_slot(as_support):
    booking = BookingFactory(date=DATE, time=SIX)
    wait("Ann")

    page = as_support.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    assert "Waitlist for this slot Who Guests Status Ann 8 waiting" in text_of(page)


def test_what_there_is_none_of_is_a_dash(as_support):
    page = as_support.get(page_of(wait("Ann", status="withdrawn")))

    assert "Offered booking: – Who waits for this slot: –" in text_of(page)
    assert "None" not in text_of(page)


def test_staff_note_a_caller(as_support, support):
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    caller = ContactFactory(name="Cy Caller")
    form = {
        "customer": caller.pk,
        "date": "2027-07-03",
        "time": "18:00:00",
        "guests": 8,
        "children": 0,
        "toddlers": 0,
        "menu": "adult",
        "add_ons": "2 lobster",
        "location": "1 A St, San Jose, CA",
    }

    page = as_support.post(ADD, form)

    entry = WaitlistEntry.objects.get()
    assert (page.status_code, entry.customer, entry.add_ons, entry.contact_name) == (
        302,
        caller,
        [{"code": "lobster", "quantity": 2}],
        "Cy Caller",
    )
    again = as_support.post(ADD, form)
    assert "Already on the waitlist for this slot." in text_of(again)


def test_an_open_slot_is_refused_beside_its_time(as_support):
    form = {"customer": ContactFactory().pk, "date": "2027-07-03", "time": "18:00:00"}
    order = {"guests": 8, "menu": "adult", "location": "San Jose, CA", "children": 0, "toddlers": 0}

    page = as_support.post(ADD, form | order)

    assert page.context["adminform"].form.errors == {"time": ["This slot is open: book it."]}


def test_withdrawing_says_what_was_done_and_what_not(as_support):
    BookingFactory(date=DATE, time=SIX)
    offered, waiting = wait("Ann"), wait("Ben", minutes=1)
    offer_places(NOW)
    booked = wait("Eve", status="booked", booking=BookingFactory(status=Status.CONFIRMED))

    page = withdraw(as_support, offered, waiting, booked)

    said = [str(message) for message in page.context["messages"]]
    assert said == [
        "Eve for 2027-07-03 18:00: A booked place in line can't become withdrawn.",
        "2 withdrawn.",
    ]
    for entry in (offered, waiting):
        entry.refresh_from_db()
    assert (offered.status, offered.booking.status, waiting.status) == (
        "withdrawn",
        "canceled",
        "withdrawn",
    )


def test_nobody_edits_or_deletes_a_place_in_line(as_support):
    entry = wait("Ann")

    assert "_save" not in as_support.get(page_of(entry)).content.decode()
    assert as_support.post(page_of(entry), {}).status_code == 403
    delete = reverse("admin:bookings_waitlistentry_delete", args=[entry.pk])
    assert as_support.post(delete).status_code == 403
