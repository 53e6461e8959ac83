import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import SlotException, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, THREE, SIX = dt.date(2027, 7, 3), dt.time(15), dt.time(18)
LIST = reverse("admin:bookings_slotexception_changelist")
ADD = reverse("admin:bookings_slotexception_add")
BODY = {"date": "2027-07-03", "time": "18:00", "capacity": "1", "reason": "A chef is away"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def as_manager(client):
    client.force_login(UserFactory(role="manager"))
    return client


def page_of(exception, page="change"):
    return reverse(f"admin:bookings_slotexception_{page}", args=[exception.pk])


def news(response):
    return [(str(message), message.level_tag) for message in response.context["messages"]]


def rows(response):
    found = response.context["cl"].result_list
    return [(exception.date.isoformat(), exception.time) for exception in found]


def test_the_list_has_what_is_to_come_first_in_plain_words(as_manager):
    make = SlotException.objects.create
    make(date=dt.date(2027, 5, 31), capacity=0, reason="Memorial Day")
    make(date=DATE, time=SIX, capacity=3)
    make(date=DATE, capacity=1)
    make(date=dt.date(2027, 6, 1), capacity=0, reason="Holiday")
    BookingFactory(date=DATE, time=THREE)
    BookingFactory(date=DATE, time=SIX)
    BookingFactory(date=DATE, time=SIX, status=Status.CANCELED)

    page = as_manager.get(LIST)
    cells = re.findall(r"field-(?:when|places|booked)[^>]*>(.*?)</t[dh]>", page.content.decode())

    assert [re.sub(r"<[^>]+>", " ", cell).strip() for cell in cells] == [
        "Tue, Jun 1, 2027 the whole day", "Closed", "No party",
        "Sat, Jul 3, 2027 the whole day", "1 party", "2 parties",
        "Sat, Jul 3, 2027 6:00 PM", "3 parties", "1 party",
        "Mon, May 31, 2027 the whole day", "Closed", "No party",
    ]  # fmt: skip
    assert rows(as_manager.get(LIST, {"when": "past"})) == [("2027-05-31", None)]
    assert rows(as_manager.get(LIST, {"when": "upcoming"})) == [
        ("2027-06-01", None),
        ("2027-07-03", None),
        ("2027-07-03", SIX),
    ]


def test_the_list_costs_the_same_however_long(as_manager, django_assert_max_num_queries):
    for day in range(30):
        SlotException.objects.create(date=DATE + dt.timedelta(days=day), capacity=0)

    with django_assert_max_num_queries(9):
        as_manager.get(LIST)


def test_fewer_places_than_parties_are_a_warning_that_names_them(as_manager):
    first, second = BookingFactory.create_batch(2, date=DATE, time=SIX)

    added = as_manager.post(ADD, BODY, follow=True)
    exception = SlotException.objects.get()
    changed = as_manager.post(page_of(exception), {"capacity": "0", "reason": ""}, follow=True)

    links = ", ".join(
        f'<a href="{reverse("admin:bookings_booking_change", args=[b.pk])}">{b}</a>'
        for b in (first, second)
    )
    for page, places in ((added, "1 party"), (changed, "no party")):
        assert news(page)[0] == (
            f"Sat, Jul 3, 2027, 6:00 PM takes {places}, and 2 are booked: {links}."
            " They stay until you move or cancel them.",
            "warning",
        )
    exception.refresh_from_db()
    assert (exception.date, exception.time, exception.capacity) == (DATE, SIX, 0)


def test_places_enough_warn_of_nothing(as_manager):
    BookingFactory(date=DATE, time=SIX)

    page = as_manager.post(ADD, BODY | {"capacity": "3"}, follow=True)

    assert [level for _, level in news(page)] == ["success"]


def test_the_page_shows_who_is_booked_and_keeps_its_date(as_manager):
    booking, _ = BookingFactory.create_batch(2, date=DATE, time=SIX)
    exception = SlotException.objects.create(date=DATE, capacity=1)

    page = as_manager.get(page_of(exception))

    html = page.content.decode()
    assert (f">{booking.reference}</a>" in html, ">overbooked<" in html) == (True, True)
    assert list(page.context["adminform"].form.fields) == ["capacity", "reason"]


def test_taking_extra_chefs_back_warns_too(as_manager):
    exception = SlotException.objects.create(date=DATE, time=SIX, capacity=3)
    BookingFactory.create_batch(3, date=DATE, time=SIX)

    page = as_manager.post(page_of(exception, "delete"), {"post": "yes"}, follow=True)

    assert [level for _, level in news(page)] == ["warning", "success"]
    assert not SlotException.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": "2027-05-31"}, "date"),
        ({"date": "2027-08-01"}, "date"),
        ({"time": "19:00"}, "time"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": ""}, "capacity"),
    ],
)
def test_what_makes_no_sense_stands_beside_its_field(as_manager, changes, field):
    SlotException.objects.create(date=dt.date(2027, 8, 1), time=SIX, capacity=0)

    page = as_manager.post(ADD, BODY | changes)

    assert list(page.context["adminform"].form.errors) == [field]
    assert SlotException.objects.count() == 1


def test_what_is_over_is_only_shown(as_manager):
    past = SlotException.objects.create(date=dt.date(2027, 5, 31), capacity=0)

    assert as_manager.get(page_of(past)).status_code == 200
    assert as_manager.post(page_of(past), {"capacity": "1"}).status_code == 403
    assert as_manager.post(page_of(past, "delete"), {"post": "yes"}).status_code == 403


def test_support_looks_on(client):
    client.force_login(UserFactory(role="support"))
    exception = SlotException.objects.create(date=DATE, capacity=0)

    assert client.get(LIST).status_code == 200
    assert client.get(page_of(exception)).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(page_of(exception), {"capacity": "1"}).status_code == 403
    assert client.post(page_of(exception, "delete"), {"post": "yes"}).status_code == 403
