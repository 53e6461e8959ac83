import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import Booking, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.admin import CappedPaginator
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
BOOKINGS = reverse("admin:bookings_booking_changelist")
ADD = reverse("admin:bookings_booking_add")

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


@pytest.fixture
def as_admin(client):
    client.force_login(UserFactory(role="admin"))
    return client


def change_page(obj):
    return reverse(f"admin:bookings_{obj._meta.model_name}_change", args=[obj.pk])


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def form_of(response):
    """Return what a browser would send of the page's form."""
    form = response.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def test_the_list_shows_money_states_and_local_times(as_support):
    BookingFactory(status=Status.CONFIRMED, date=dt.date(2027, 7, 3), time=dt.time(18), paid=10000)

    page = as_support.get(BOOKINGS)

    assert "Sat, Jul 3, 2027 6:00 PM" in text_of(page)
    assert re.findall(r'class="number">([^<]+)<', page.content.decode()) == [
        "guests",
        "8",
        "$550.00",
        "$100.00",
        "$450.00",
    ]
    assert '<span class="state state--confirmed">confirmed</span>' in page.content.decode()


def test_the_list_costs_the_same_however_long(as_support, django_assert_max_num_queries):
    BookingFactory.create_batch(30)

    with django_assert_max_num_queries(9):
        as_support.get(BOOKINGS)


def test_a_long_list_is_not_counted_to_its_end(monkeypatch):
    BookingFactory.create_batch(4)
    monkeypatch.setattr(CappedPaginator, "CAP", 3)

    assert CappedPaginator(Booking.objects.order_by("-created_at"), 2).num_pages == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=confirmed", ["confirmed"]),
        ("when=week", ["confirmed"]),
        ("when=today", []),
        ("when=month", ["confirmed", "late"]),
        ("when=past", []),
        ("attention=late_money", ["late"]),
        ("attention=location", ["lost"]),
        ("q=Confirmed", ["confirmed"]),
        ("q=late%40example.com", ["late"]),
        ("q=555+0199", ["lost"]),
        ("q=h-aaaaaa3", ["lost"]),
        ("q=H-AAAAAA4", []),
    ],
)
def test_bookings_are_found(as_support, query, found):
    BookingFactory(status=Status.CONFIRMED, date=dt.date(2027, 6, 8), contact_name="confirmed")
    BookingFactory(
        status=Status.EXPIRED,
        date=dt.date(2027, 6, 20),
        late_money=True,
        contact_name="late",
        contact_email="late@example.com",
    )
    BookingFactory(
        date=dt.date(2027, 9, 1),
        location="behind the mill",
        location_needs_review=True,
        contact_name="lost",
        contact_phone="555 0199",
        reference="H-AAAAAA3",
    )

    listed = as_support.get(f"{BOOKINGS}?{query}").context["cl"].result_list

    assert sorted(booking.contact_name for booking in listed) == found


def test_staff_add_a_booking_through_the_service(as_support, support):
    customer = ContactFactory(name="Cy Caller", email="cy@example.com")
    body = {
        "customer": str(customer.pk),
        "date": "2027-07-03",
        "time": "18:00:00",
        "guests": "12",
        "children": "2",
        "toddlers": "0",
        "menu": "adult",
        "add_ons": "2 lobster\n1 filet mignon",
        "proteins": "4 x tofu",
        "location": "1 A St, Oakland, CA 94607",
        "notes": "",
    }

    response = as_support.post(ADD, body)

    booking = Booking.objects.get()
    assert response.status_code == 302
    assert (booking.customer, booking.contact_name, booking.adults, booking.total) == (
        customer,
        "Cy Caller",
        10,
        64500,
    )
    assert booking.add_ons == [
        {"code": "filet_mignon", "quantity": 1},
        {"code": "lobster", "quantity": 2},
    ]
    assert booking.proteins == [{"code": "tofu", "quantity": 4}]
    assert AuditEntry.objects.filter(object_id=str(booking.pk)).values_list(
        "action", "actor"
    ).get() == ("booking.created", support.pk)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"date": "2027-06-02"}, "date", "We need 48 hours' notice."),
        ({"guests": "200"}, "guests", "We cook for 1 to 150 guests."),
        ({"add_ons": "1 caviar"}, "add_ons", "Not on the menu: caviar."),
        (
            {"add_ons": "lobster"},
            "add_ons",
            "“lobster” is not a number and a name, such as “2 lobster”.",
        ),
        ({"location": "New York, NY"}, "location", "We drive at most 150 miles."),
    ],
)
def test_what_the_service_refuses_stands_beside_the_field(as_support, changes, field, says):
    body = {
        "customer": str(ContactFactory().pk),
        "date": "2027-07-03",
        "time": "18:00:00",
        "guests": "12",
        "children": "0",
        "toddlers": "0",
        "menu": "adult",
        "location": "1 A St, Oakland, CA 94607",
    }

    response = as_support.post(ADD, body | changes)

    assert response.context["adminform"].form.errors == {field: [says]}
    assert not Booking.objects.exists()


def test_staff_change_a_booking_through_the_service(as_support):
    booking = BookingFactory(
        status=Status.CONFIRMED, guests=12, add_ons=[{"code": "gyoza", "quantity": 1}]
    )
    body = form_of(as_support.get(change_page(booking)))
    assert body["add_ons"] == "1 gyoza"

    response = as_support.post(change_page(booking), body | {"guests": "13"})

    assert response.status_code == 302
    booking.refresh_from_db()
    assert (booking.guests, booking.total) == (13, 72500)
    assert AuditEntry.objects.get(action="booking.updated").changes["guests"] == [12, 13]


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELED, Status.COMPLETED])
def test_what_is_over_is_shown_and_not_changed(as_support, status):
    booking = BookingFactory(status=status, add_ons=[{"code": "filet_mignon", "quantity": 2}])

    page = as_support.get(change_page(booking))

    assert "2 filet mignon" in text_of(page)
    assert as_support.post(change_page(booking), {"guests": "1"}).status_code == 403


def test_the_bill_is_shown_line_by_line(as_support):
    page = text_of(as_support.get(change_page(BookingFactory(guests=8))))

    assert "Adult 8 × $55.00 $440.00 To the order minimum $110.00 Total $550.00" in page


def test_parties_that_took_place_are_completed_together(as_support):
    past = BookingFactory(status=Status.CONFIRMED, date=dt.date(2027, 5, 31))
    future = BookingFactory(status=Status.CONFIRMED, date=dt.date(2027, 7, 3))
    chosen = {"action": "complete", "_selected_action": [past.pk, future.pk]}

    asked = text_of(as_support.post(BOOKINGS, chosen))
    assert re.search(r"taken back. H-\w+ H-\w+ Mark as completed: 2", asked)
    past.refresh_from_db()
    assert past.status == "confirmed"
    page = as_support.post(BOOKINGS, chosen | {"confirmed": "yes"}, follow=True)

    past.refresh_from_db()
    future.refresh_from_db()
    assert (past.status, future.status) == ("completed", "confirmed")
    assert [str(message) for message in page.context["messages"]] == [
        f"{future}: The party has not begun yet.",
        "1 marked as completed.",
    ]


def test_completing_them_twice_says_so_and_changes_nothing(as_support):
    past = BookingFactory(status=Status.CONFIRMED, date=dt.date(2027, 5, 31))
    chosen = {"action": "complete", "_selected_action": [past.pk], "confirmed": "yes"}

    as_support.post(BOOKINGS, chosen)
    page = as_support.post(BOOKINGS, chosen, follow=True)

    [said] = [str(message) for message in page.context["messages"]][1:]
    assert said == f"{past}: A completed booking can't become completed."


def test_more_than_somebody_reads_are_not_done_at_once(as_support, monkeypatch):
    monkeypatch.setattr("myhibachi.core.admin.bulk.MOST", 1)
    parties = BookingFactory.create_batch(2, status=Status.CONFIRMED)
    chosen = {"action": "complete", "_selected_action": [each.pk for each in parties]}

    page = as_support.post(BOOKINGS, chosen, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["Choose 1 or fewer at once."]


@pytest.mark.parametrize("path", ["delete", "change"])
def test_nothing_is_deleted(as_admin, path):
    booking = BookingFactory()

    if path == "delete":
        answer = as_admin.post(
            reverse("admin:bookings_booking_delete", args=[booking.pk]), {"post": "yes"}
        )
        assert answer.status_code == 403
    else:
        assert "deletelink" not in as_admin.get(change_page(booking)).content.decode()
    assert Booking.objects.filter(pk=booking.pk).exists()
