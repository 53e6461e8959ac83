import datetime as dt

import pytest
from rest_framework.test import APIClient

from bookings.models import Booking, Email, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)
TO = {"date": "2027-07-04", "time": "15:00"}
LATE = dt.datetime.fromisoformat("2027-07-01T18:00:01-07:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def guest():
    return UserFactory()


@pytest.fixture
def booking(guest):
    customer = CustomerFactory(user=guest)
    return BookingFactory(
        customer=customer, date=DATE, time=SIX, status=Status.CONFIRMED, paid=10000
    )


def send(user, booking, body, *, preview=False, key=None):
    client = APIClient()
    client.force_authenticate(user)
    path = f"/api/bookings/{booking.reference}/reschedule" + ("?preview=true" if preview else "")
    return client.post(path, body, format="json", headers={"Idempotency-Key": key} if key else {})


def refused(answer):
    [error] = answer.json()["errors"]
    return answer.status_code, error["code"], error["attr"]


def slot(booking):
    booking.refresh_from_db()
    return booking.date.isoformat(), f"{booking.time:%H:%M}", booking.reschedules


def test_a_customer_looks_at_the_fee_and_then_moves(guest, booking):
    shown = send(guest, booking, TO, preview=True)

    assert (shown.status_code, shown.json()) == (
        200,
        {
            "booking_id": str(booking.pk),
            "reference": booking.reference,
            "currency": "usd",
            "old_date": "2027-07-03",
            "old_time": "18:00",
            "date": "2027-07-04",
            "time": "15:00",
            "fee": 0,
            "waived": 0,
            "rule": "The first move is free when made 48 hours or more before the party; any other "
            "costs $200.00. This is move 1, 32 days before.",
            "old_total": 55000,
            "total": 55000,
            "paid": 10000,
            "balance": 45000,
        },
    )
    assert slot(booking) == ("2027-07-03", "18:00", 0)
    done = send(guest, booking, TO | {"expected_fee": 0})
    assert (done.status_code, done.json()) == (200, shown.json())
    assert slot(booking) == ("2027-07-04", "15:00", 1)


def test_the_customer_is_told_once_what_changed_and_what_it_costs(guest, booking, time_machine):
    time_machine.move_to(LATE, tick=False)

    send(guest, booking, {"date": "2027-07-10", "time": "18:00"})

    [told] = Email.objects.filter(kind=Email.Kind.BOOKING_CHANGED)
    assert told.booking == booking
    assert "$200.00" in told.text


def test_a_fee_that_came_due_meanwhile_is_a_conflict_with_the_new_preview(
    guest, booking, time_machine
):
    time_machine.move_to(LATE, tick=False)
    to = {"date": "2027-07-10", "time": "18:00"}

    answer = send(guest, booking, to | {"expected_fee": 0})

    assert refused(answer) == (409, "fee_changed", "expected_fee")
    preview = answer.json()["errors"][0]["preview"]
    assert (preview["fee"], preview["total"], preview["balance"]) == (20000, 75000, 65000)
    assert slot(booking) == ("2027-07-03", "18:00", 0)


def test_a_full_slot_is_a_conflict_with_the_open_ones(guest, booking):
    BookingFactory.create_batch(2, date=dt.date(2027, 7, 4), time=dt.time(15))

    for preview in (True, False):
        answer = send(guest, booking, TO, preview=preview)
        assert refused(answer) == (409, "slot_full", "time")
        assert len(answer.json()["errors"][0]["open_slots"]) == 3
    assert slot(booking) == ("2027-07-03", "18:00", 0)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"date": "2027-07-03", "time": "18:00"}, (400, "same_slot", "time")),
        ({"date": "2027-07-04", "time": "18:30"}, (400, "unknown_slot", "time")),
        ({"date": "2027-06-02", "time": "18:00"}, (400, "too_soon", "date")),
        ({"date": "2027-07-04"}, (400, "required", "time")),
        (TO | {"waive_fee": True}, (403, "permission_denied", None)),
        (TO | {"expected_fee": -1}, (400, "min_value", "expected_fee")),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(guest, booking, body, error):
    assert refused(send(guest, booking, body)) == error


def test_the_same_key_moves_once_and_is_answered_again(guest, booking):
    answers = [send(guest, booking, TO, key="k-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert slot(booking) == ("2027-07-04", "15:00", 1)


@pytest.mark.parametrize("preview", [True, False])
def test_somebody_elses_booking_is_not_there(booking, preview):
    assert send(UserFactory(), booking, TO, preview=preview).status_code == 404


def test_without_a_login_nothing_moves(booking):
    answer = APIClient().post(f"/api/bookings/{booking.pk}/reschedule", TO, format="json")

    assert answer.status_code == 401


def test_support_does_not_move_bookings(booking):
    assert send(UserFactory(role="support"), booking, TO).status_code == 403


def test_a_manager_waives_the_fee_and_says_why(booking, time_machine):
    time_machine.move_to(LATE, tick=False)
    manager = UserFactory(role="manager")
    to = {"date": "2027-07-10", "time": "18:00", "waive_fee": True}

    assert refused(send(manager, booking, to)) == (400, "invalid", "reason")
    answer = send(manager, booking, to | {"reason": "Wildfire smoke"})

    assert (answer.json()["fee"], answer.json()["waived"]) == (0, 20000)
    assert Booking.objects.get().total == 55000
    entry = AuditEntry.objects.get(action="booking.rescheduled")
    assert (entry.actor_id, entry.note) == (manager.pk, "Wildfire smoke")
