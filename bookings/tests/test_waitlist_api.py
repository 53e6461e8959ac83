import datetime as dt

import pytest
from rest_framework.test import APIClient

from bookings.models import Status, WaitlistEntry
from bookings.services.offers import offer_places
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core import idempotency
from myhibachi.core.models import IdempotencyKey

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 12, 25), dt.time(18)
BODY = {
    "date": "2027-12-25",
    "time": "18:00",
    "guests": 8,
    "menu": "adult",
    "location": "123 Main St, San Jose, CA",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def full_slot():
    return BookingFactory.create_batch(2, date=DATE, time=SIX)


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada Guest", email="ada@example.com")


@pytest.fixture
def api(ada):
    return client_of(ada.user)


@pytest.fixture
def staff():
    return client_of(UserFactory(role="support"))


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def join(client, **changes):
    return client.post("/api/waitlist", BODY | changes, format="json")


def errors(response):
    return response.status_code, [
        (error["code"], error["attr"]) for error in response.json()["errors"]
    ]


def test_a_request_whose_process_died_before_it_answered_is_answered_again(full_slot, api):
    def send():
        headers = {"Idempotency-Key": "one place"}
        return api.post("/api/waitlist", BODY, format="json", headers=headers)

    first = send()
    died = NOW - 2 * idempotency.IN_FLIGHT_FOR
    IdempotencyKey.objects.update(status=None, body="", started_at=died)

    again = send()

    assert (again.status_code, again.json()) == (201, first.json())
    assert WaitlistEntry.objects.count() == 1


def test_joining_answers_with_the_place_in_line(full_slot, api, ada):
    WaitlistEntryFactory(date=DATE, time=SIX, created_at=NOW - dt.timedelta(days=1))

    response = join(api, allergies="Nuts")

    entry = WaitlistEntry.objects.get(customer=ada)
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": str(entry.pk),
            "customer_id": str(ada.pk),
            "status": "waiting",
            "ahead": 1,
            "date": "2027-12-25",
            "time": "18:00",
            "booking_id": None,
            "guests": 8,
            "adults": 8,
            "children": 0,
            "toddlers": 0,
            "menu": "adult",
            "add_ons": [],
            "proteins": [],
            "notes": "",
            "allergies": "Nuts",
            "location": "123 Main St, San Jose, CA",
            "location_needs_review": False,
            "contact_name": "Ada Guest",
            "contact_email": "ada@example.com",
            "contact_phone": "",
            "created_at": "2027-06-01T12:00:00-07:00",
            "updated_at": "2027-06-01T12:00:00-07:00",
        },
    )
    assert api.get(f"/api/waitlist/{entry.pk}").json() == response.json()


def test_the_same_key_joins_once(full_slot, api):
    header = {"headers": {"Idempotency-Key": "one"}, "format": "json"}

    first = api.post("/api/waitlist", BODY, **header)
    again = api.post("/api/waitlist", BODY, **header)

    assert (again.status_code, again.json()) == (201, first.json())


def test_a_second_place_in_the_same_line_is_a_conflict(full_slot, api):
    join(api)

    assert errors(join(api)) == (409, [("already_waiting", "time")])


def test_an_open_slot_is_to_be_booked(api):
    response = join(api)

    assert response.status_code == 409
    assert response.json()["errors"] == [
        {"code": "slot_open", "detail": "This slot is open: book it.", "attr": "time"}
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"date": "2027-06-02"}, ("too_soon", "date")),
        ({"time": "17:30"}, ("unknown_slot", "time")),
        ({"guests": 151}, ("wrong_party_size", "guests")),
        ({"location": "1 Main St, New York, NY 10001"}, ("too_far_away", "location")),
        ({"location": ""}, ("blank", "location")),
    ],
)
def test_what_cannot_be_waited_for_is_refused_by_name(full_slot, api, changes, error):
    assert errors(join(api, **changes)) == (400, [error])


def test_a_list_has_ones_own_and_staff_see_all(full_slot, api, ada, staff):
    early, late = (
        WaitlistEntryFactory(
            customer=customer, date=DATE, time=SIX, created_at=NOW + dt.timedelta(hours=hour)
        )
        for hour, customer in enumerate([CustomerFactory(), ada])
    )
    gone = WaitlistEntryFactory(customer=ada, date=DATE, time=SIX, status="lapsed", created_at=NOW)

    def listed(client, query=""):
        rows = client.get(f"/api/waitlist{query}").json()["results"]
        return [(row["id"], row["ahead"]) for row in rows]

    mine = [(str(late.pk), 1), (str(gone.pk), None)]
    assert listed(api) == mine
    assert sorted(listed(staff)) == sorted([*mine, (str(early.pk), 0)])
    assert listed(staff, "?status=lapsed&date_from=2027-12-25&date_to=2027-12-25") == mine[1:]
    assert listed(staff, f"?customer_id={early.customer_id}") == [(str(early.pk), 0)]


def test_a_list_costs_the_same_however_long(staff, django_assert_num_queries):
    WaitlistEntryFactory.create_batch(10)

    # The caller's groups, and the rows.
    with django_assert_num_queries(2):
        staff.get("/api/waitlist")


def test_an_offer_names_its_booking(api, ada):
    entry = WaitlistEntryFactory(customer=ada, date=DATE, time=SIX)
    offer_places(NOW)

    answer = api.get(f"/api/waitlist/{entry.pk}").json()

    offered = api.get(f"/api/bookings/{answer['booking_id']}").json()
    assert (answer["status"], answer["ahead"]) == ("offered", None)
    assert (offered["status"], offered["hold_expires_at"], offered["deposit_due"]) == (
        "pending",
        "2027-06-01T14:00:00-07:00",
        10000,
    )


def test_leaving_is_nothing_to_look_at(full_slot, api, ada):
    entry_id = join(api).json()["id"]

    left = [api.delete(f"/api/waitlist/{entry_id}") for _ in range(2)]

    assert [(response.status_code, response.content) for response in left] == [(204, b"")] * 2
    assert api.get(f"/api/waitlist/{entry_id}").json()["status"] == "withdrawn"


def test_what_has_been_booked_is_not_left_but_canceled(api, ada):
    booking = BookingFactory(customer=ada, status=Status.CONFIRMED)
    entry = WaitlistEntryFactory(customer=ada, status="booked", booking=booking)

    assert errors(api.delete(f"/api/waitlist/{entry.pk}")) == (409, [("invalid_status", None)])


def test_staff_take_somebody_out_of_the_line(staff):
    entry = WaitlistEntryFactory()

    assert staff.delete(f"/api/waitlist/{entry.pk}").status_code == 204


@pytest.mark.parametrize("method", ["get", "delete"])
def test_somebody_elses_place_in_line_is_not_there(api, method):
    entry = WaitlistEntryFactory()

    response = getattr(api, method)(f"/api/waitlist/{entry.pk}")

    assert errors(response) == (404, [("not_found", "entry_id")])
    entry.refresh_from_db()
    assert entry.status == "waiting"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/waitlist"),
        ("post", "/api/waitlist"),
        ("get", "/api/waitlist/0197a1b2-0000-7000-8000-000000000000"),
        ("delete", "/api/waitlist/0197a1b2-0000-7000-8000-000000000000"),
    ],
)
def test_nobody_waits_without_a_token(method, path):
    assert errors(getattr(APIClient(), method)(path)) == (401, [("not_authenticated", None)])


def test_staff_note_a_caller(full_slot, staff):
    join(staff, contact_name="Cy Caller", contact_email="cy@example.com")

    customer = WaitlistEntry.objects.get().customer
    assert (customer.name, customer.email, customer.user) == ("Cy Caller", "cy@example.com", None)
