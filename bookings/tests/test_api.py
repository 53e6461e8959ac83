import datetime as dt

import pytest
from rest_framework.test import APIClient

from bookings.models import Booking, Status
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import CustomerFactory
from myhibachi.core import idempotency
from myhibachi.core.models import IdempotencyKey

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
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
def guest():
    return User.objects.create_user("guest@example.com", name="Gil Guest")


@pytest.fixture
def customer(guest):
    return CustomerFactory(user=guest, name="Gil Guest", email="guest@example.com")


@pytest.fixture
def api(guest):
    return client_of(guest)


@pytest.fixture
def staff():
    return client_of(User.objects.create_superuser("staff@example.com", name="Sam Staff"))


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def post(client, path, body, **headers):
    return client.post(path, body, format="json", headers=headers)


def errors(response):
    return response.status_code, [
        (error["code"], error["attr"]) for error in response.json()["errors"]
    ]


def test_a_booking_answers_with_its_price_and_its_hold(api, customer):
    response = post(api, "/api/bookings", BODY)

    booking = Booking.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": str(booking.pk),
            "reference": booking.reference,
            "customer_id": str(customer.pk),
            "status": "pending",
            "date": "2027-12-25",
            "time": "18:00",
            "starts_at": "2027-12-25T18:00:00-08:00",
            "duration_minutes": 84,
            "hold_expires_at": "2027-06-01T14:00:00-07:00",
            "guests": 8,
            "adults": 8,
            "children": 0,
            "toddlers": 0,
            "menu": "adult",
            "add_ons": [],
            "proteins": [],
            "notes": "",
            "allergies": "",
            "location": "123 Main St, San Jose, CA",
            "location_needs_review": False,
            "contact_name": "Gil Guest",
            "contact_email": "guest@example.com",
            "contact_phone": "",
            "currency": "usd",
            "lines": [
                {
                    "code": "adult",
                    "label": "Adult",
                    "quantity": 8,
                    "unit_amount": 5500,
                    "amount": 44000,
                },
                {
                    "code": "order_minimum",
                    "label": "To the order minimum",
                    "quantity": 1,
                    "unit_amount": 11000,
                    "amount": 11000,
                },
            ],
            "total": 55000,
            "deposit_due": 10000,
            "paid": 0,
            "balance": 55000,
            "tax_mode": "off",
            "created_at": "2027-06-01T12:00:00-07:00",
            "updated_at": "2027-06-01T12:00:00-07:00",
        },
    )


def test_the_same_key_books_once(api):
    first = post(api, "/api/bookings", BODY, idempotency_key="one")
    again = post(api, "/api/bookings", BODY, idempotency_key="one")

    assert (again.status_code, again.json()) == (201, first.json())
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"date": "2024-12-25"}, ("slot_in_past", "date")),
        ({"date": "2027-06-02"}, ("too_soon", "date")),
        ({"date": "2028-12-25"}, ("too_far_ahead", "date")),
        ({"date": "9999-12-31"}, ("too_far_ahead", "date")),
        ({"date": "0001-01-01"}, ("slot_in_past", "date")),
        ({"date": "25/12/2027"}, ("invalid", "date")),
        ({"time": "17:30"}, ("unknown_slot", "time")),
        ({"time": None}, ("null", "time")),
        ({"guests": 0}, ("min_value", "guests")),
        ({"guests": 151}, ("wrong_party_size", "guests")),
        ({"guests": 10**30}, ("max_value", "guests")),
        ({"guests": 4, "children": 5}, ("wrong_party_size", "guests")),
        ({"menu": "vegan"}, ("invalid_choice", "menu")),
        ({"location": "1 Main St, New York, NY 10001"}, ("too_far_away", "location")),
        ({"location": ""}, ("blank", "location")),
        ({"add_ons": [{"code": "fugu", "quantity": 1}]}, ("unknown_item", "add_ons")),
        ({"add_ons": [{"code": "rice", "quantity": 0}]}, ("min_value", "add_ons.0.quantity")),
        ({"add_ons": "rice"}, ("not_a_list", "add_ons.non_field_errors")),
        ({"proteins": [{"code": "tofu", "quantity": 17}]}, ("too_many_proteins", "proteins")),
        ({"contact_email": "nobody"}, ("invalid", "contact_email")),
    ],
)
def test_what_cannot_be_booked_is_refused_by_name(api, changes, error):
    assert errors(post(api, "/api/bookings", BODY | changes)) == (400, [error])
    assert not Booking.objects.exists()


def test_a_full_slot_is_a_conflict_with_a_way_out(api):
    BookingFactory.create_batch(2, date=dt.date(2027, 12, 25), time=dt.time(18))

    response = post(api, "/api/bookings", BODY)

    assert (response.status_code, response.json()) == (
        409,
        {
            "type": "client_error",
            "errors": [
                {
                    "code": "slot_full",
                    "detail": "This slot is fully booked.",
                    "attr": "time",
                    "open_slots": [
                        {"date": "2027-12-25", "time": "12:00"},
                        {"date": "2027-12-25", "time": "15:00"},
                        {"date": "2027-12-25", "time": "21:00"},
                    ],
                }
            ],
        },
    )


@pytest.mark.parametrize("method", ["get", "put", "patch"])
@pytest.mark.parametrize("name", ["id", "reference"])
def test_somebody_elses_booking_is_not_there(api, method, name):
    booking = BookingFactory()

    response = getattr(api, method)(f"/api/bookings/{getattr(booking, name)}", BODY, format="json")

    assert errors(response) == (404, [("not_found", "booking_id")])


@pytest.mark.parametrize("name", ["booking-123", "H-AAAAAAA", "1", "%00", "é"])
def test_what_is_no_booking_is_not_there(staff, name):
    assert staff.get(f"/api/bookings/{name}").status_code in (404, 400)


def test_a_booking_is_found_by_its_id_and_by_its_reference(api, customer):
    booking = BookingFactory(customer=customer)

    by_id = api.get(f"/api/bookings/{booking.pk}")
    by_reference = api.get(f"/api/bookings/{booking.reference.lower()}")

    assert (by_id.status_code, by_id.json()["id"]) == (200, str(booking.pk))
    assert by_reference.json() == by_id.json()


def test_a_list_has_ones_own_and_staff_see_all(api, customer, staff):
    mine, other = BookingFactory(customer=customer), BookingFactory()

    def listed(client):
        return {row["id"] for row in client.get("/api/bookings").json()["results"]}

    assert listed(api) == {str(mine.pk)}
    assert listed(staff) == {str(mine.pk), str(other.pk)}


def test_a_list_is_filtered_and_ordered(staff):
    late = BookingFactory(date=dt.date(2027, 8, 2), status=Status.CONFIRMED)
    early = BookingFactory(date=dt.date(2027, 8, 1), status=Status.CONFIRMED)
    BookingFactory(date=dt.date(2027, 8, 3), status=Status.CONFIRMED)
    BookingFactory(date=dt.date(2027, 8, 1), status=Status.EXPIRED)

    answer = staff.get(
        "/api/bookings?status=confirmed&date_from=2027-08-01&date_to=2027-08-02&ordering=starts_at"
    )

    assert [row["id"] for row in answer.json()["results"]] == [str(early.pk), str(late.pk)]


@pytest.mark.parametrize("query", ["status=paid", "date_from=x", "ordering=total", "limit=0"])
def test_a_filter_that_means_nothing_is_refused(staff, query):
    assert staff.get(f"/api/bookings?{query}").status_code == 400


def test_a_list_costs_the_same_however_long(staff, django_assert_num_queries):
    BookingFactory.create_batch(5)

    with django_assert_num_queries(1):
        staff.get("/api/bookings")


def test_put_replaces_the_order(api, customer):
    booking = BookingFactory(customer=customer, date=dt.date(2027, 12, 25), time=dt.time(18))

    response = api.put(
        f"/api/bookings/{booking.reference}", BODY | {"guests": 12, "children": 2}, format="json"
    )

    answer = response.json()
    assert (response.status_code, answer["adults"], answer["total"]) == (200, 10, 61000)


def test_patch_changes_what_it_names(api, customer):
    booking = BookingFactory(customer=customer, notes="Ring twice", guests=12)

    response = api.patch(f"/api/bookings/{booking.pk}", {"children": 2}, format="json")

    answer = response.json()
    assert (response.status_code, answer["adults"], answer["notes"]) == (200, 10, "Ring twice")


@pytest.mark.parametrize("field", ["total", "paid", "status", "seat", "reference"])
def test_nobody_sets_what_the_server_decides(api, customer, field):
    booking = BookingFactory(customer=customer)
    before = Booking.objects.filter(pk=booking.pk).values().get()

    response = api.patch(f"/api/bookings/{booking.pk}", {field: 1}, format="json")

    assert response.status_code == 200
    assert Booking.objects.filter(pk=booking.pk).values().get() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/bookings"),
        ("post", "/api/bookings"),
        ("get", "/api/bookings/x"),
        ("put", "/api/bookings/x"),
        ("patch", "/api/bookings/x"),
    ],
)
def test_nobody_is_let_in_without_a_token(method, path):
    assert errors(getattr(APIClient(), method)(path)) == (401, [("not_authenticated", None)])


def test_availability_is_open_to_all_and_counts_the_places(django_assert_num_queries):
    saturday = dt.date(2027, 7, 3)
    BookingFactory.create_batch(2, date=saturday, time=dt.time(12))
    BookingFactory(date=saturday, time=dt.time(18))
    BookingFactory(date=saturday, time=dt.time(21), status=Status.CANCELED)

    with django_assert_num_queries(4):
        response = APIClient().get("/api/bookings/availability?from=2027-07-03&to=2027-07-03")

    assert response.json() == {
        "slots": [
            {
                "date": "2027-07-03",
                "time": time,
                "starts_at": f"2027-07-03T{time}:00-07:00",
                "places": places,
            }
            for time, places in [("15:00", 2), ("18:00", 1), ("21:00", 2)]
        ]
    }


def test_availability_starts_after_the_notice_and_ends_with_the_horizon():
    answer = APIClient().get("/api/bookings/availability?from=0001-01-01&to=9999-12-31").json()

    first, last = answer["slots"][0], answer["slots"][-1]
    assert (first["date"], first["time"]) == ("2027-06-03", "12:00")
    assert (last["date"], last["time"]) == ("2028-05-31", "21:00")


@pytest.mark.parametrize("query", ["from=9999-12-31", "from=2027-08-02&to=2027-08-01"])
def test_no_dates_no_slots(query):
    assert APIClient().get(f"/api/bookings/availability?{query}").json() == {"slots": []}


def test_a_price_books_nothing():
    response = post(
        APIClient(),
        "/api/bookings/price",
        {"adults": 10, "add_ons": [{"code": "lobster", "quantity": 2}]},
    )

    assert response.json() == {
        "guests": 10,
        "duration_minutes": 90,
        "location_needs_review": True,
        "currency": "usd",
        "lines": [
            {
                "code": "adult",
                "label": "Adult",
                "quantity": 10,
                "unit_amount": 5500,
                "amount": 55000,
            },
            {
                "code": "lobster",
                "label": "Lobster",
                "quantity": 2,
                "unit_amount": 1500,
                "amount": 3000,
            },
        ],
        "total": 58000,
        "deposit_due": 10000,
        "tax_mode": "off",
    }
    assert not Booking.objects.exists()


def test_what_staff_book_is_for_whom_they_name(staff):
    named = BODY | {"contact_name": "Cy Caller", "contact_email": "cy@example.com"}

    post(staff, "/api/bookings", named)

    customer = Booking.objects.get().customer
    assert (customer.name, customer.email, customer.user) == ("Cy Caller", "cy@example.com", None)


def test_a_request_whose_process_died_before_it_answered_books_no_second_slot(api, customer):
    first = post(api, "/api/bookings", BODY, **{"Idempotency-Key": "one party"})
    died = NOW - 2 * idempotency.IN_FLIGHT_FOR
    IdempotencyKey.objects.update(status=None, body="", started_at=died)

    again = post(api, "/api/bookings", BODY, **{"Idempotency-Key": "one party"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert Booking.objects.count() == 1


def test_a_key_that_is_a_day_old_books_anew(api, customer, time_machine):
    first = post(api, "/api/bookings", BODY, **{"Idempotency-Key": "one party"})
    time_machine.move_to(NOW + idempotency.KEPT_FOR + dt.timedelta(seconds=1), tick=False)

    again = post(api, "/api/bookings", BODY, **{"Idempotency-Key": "one party"})

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]
