import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.errors import SlotFull
from bookings.models import Booking, RuleBook, Status
from bookings.services import Contact, Order, Words, create_booking
from bookings.slots import starts_at
from bookings.tests.factories import BookingFactory, default_rules
from customers.models import User
from customers.tests.factories import CustomerFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)


def book(customer, actor, **changes):
    asked: dict[str, Any] = {
        "date": DATE,
        "time": SIX,
        "order": Order(guests=8, location="1 A St, San Jose, CA"),
    }
    return create_booking(customer=customer, actor=actor, now=NOW, **asked | changes)


@pytest.fixture
def actor(db):
    return User.objects.create_user("actor@example.com", name="Ann Actor")


@pytest.fixture
def customer(db):
    return CustomerFactory(name="Ada Guest", email="ada@example.com", phone="555 0100")


def test_a_booking_is_priced_held_and_recorded(customer, actor):
    booking = book(customer, actor, words=Words(notes="A birthday"))

    booking.refresh_from_db()
    stored = {
        name: getattr(booking, name)
        for name in (
            "status", "starts_at", "seat", "hold_expires_at", "adults", "total", "deposit_due",
            "paid", "balance", "location_needs_review", "contact_name", "contact_email",
            "contact_phone", "notes", "created_at", "rules",
        )
    }  # fmt: skip
    assert stored == {
        "status": "pending",
        "starts_at": starts_at(DATE, SIX),
        "seat": 1,
        "hold_expires_at": NOW + dt.timedelta(minutes=120),
        "adults": 8,
        "total": 55000,
        "deposit_due": 10000,
        "paid": 0,
        "balance": 55000,
        "location_needs_review": False,
        "contact_name": "Ada Guest",
        "contact_email": "ada@example.com",
        "contact_phone": "555 0100",
        "notes": "A birthday",
        "created_at": NOW,
        "rules": default_rules(),
    }
    assert booking.lines == [
        {"code": "adult", "label": "Adult", "quantity": 8, "unit_amount": 5500, "amount": 44000},
        {
            "code": "order_minimum",
            "label": "To the order minimum",
            "quantity": 1,
            "unit_amount": 11000,
            "amount": 11000,
        },
    ]
    entry = AuditEntry.objects.get(object_id=str(booking.pk))
    assert (entry.action, entry.actor, entry.changes) == (
        "booking.created",
        actor,
        {"total": 55000, "guests": 8},
    )


def test_a_place_we_cannot_find_is_accepted_and_flagged(customer, actor):
    booking = book(customer, actor, order=Order(guests=10, location="behind the old mill"))

    assert (booking.location_needs_review, booking.zip_code, booking.total) == (True, "", 55000)


def test_a_new_rule_book_leaves_earlier_bookings_alone(customer, actor):
    before = book(customer, actor)
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 1), adult_price=9900)

    after = book(customer, actor)

    before.refresh_from_db()
    assert (before.rules.adult_price, before.total) == (5500, 55000)
    assert (after.rules.adult_price, after.total) == (9900, 79200)


def test_a_full_slot_names_the_nearest_open_ones(customer, actor):
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    BookingFactory.create_batch(2, date=DATE, time=dt.time(21))

    with pytest.raises(SlotFull) as refused:
        book(customer, actor)

    assert refused.value.extra["open_slots"] == [
        {"date": "2027-07-03", "time": "12:00"},
        {"date": "2027-07-03", "time": "15:00"},
        {"date": "2027-07-04", "time": "12:00"},
    ]


def test_a_place_that_was_given_back_is_sold_again(customer, actor):
    BookingFactory(date=DATE, time=SIX, status=Status.EXPIRED)
    BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED, seat=2)

    assert book(customer, actor).seat == 1


def test_the_database_refuses_two_parties_on_one_place(customer, actor):
    taken = book(customer, actor)

    with pytest.raises(IntegrityError, match="booking_one_party_a_seat"), transaction.atomic():
        BookingFactory(date=DATE, time=SIX, seat=taken.seat)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"seat": None}, "booking_seat_while_it_holds_the_slot"),
        ({"status": Status.CANCELED}, "booking_seat_while_it_holds_the_slot"),
        ({"adults": 9}, "booking_guests_add_up"),
        ({"total": -1, "deposit_due": -1}, "booking_money"),
        ({"deposit_due": 55001}, "booking_money"),
        ({"hold_expires_at": None}, "booking_pending_has_a_hold"),
        ({"status": "paid"}, "booking_status_is_known|booking_seat_while"),
    ],
)
def test_the_database_refuses_what_makes_no_sense(customer, actor, wrong, constraint):
    booking = book(customer, actor)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**wrong)


def test_staff_book_for_whom_they_name(actor):
    actor.is_superuser = True
    actor.save()

    booking = book(None, actor, contact=Contact(name="Cy Caller", email="cy@example.com"))

    assert (booking.customer.name, booking.customer.email, booking.customer.user) == (
        "Cy Caller",
        "cy@example.com",
        None,
    )


def test_a_customer_books_for_themselves_whoever_is_the_contact(actor):
    booking = book(None, actor, contact=Contact(name="Cy Caller", email="cy@example.com"))

    assert booking.customer.user == actor
    assert booking.contact_name == "Cy Caller"


@pytest.mark.django_db(transaction=True)
def test_twenty_people_want_the_last_place_and_one_gets_it():
    actor = User.objects.create_user("actor@example.com", name="Ann Actor")
    customer = CustomerFactory()
    BookingFactory(date=DATE, time=SIX)

    def try_to_book(_):
        try:
            return book(customer, actor).seat
        except SlotFull:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as people:
        seats = list(people.map(try_to_book, range(20)))

    assert sorted(seats, key=str) == [2] + [None] * 19
    assert Booking.objects.holding_slots().filter(date=DATE, time=SIX).count() == 2


def test_where_no_deposit_is_due_it_is_confirmed_at_once_and_told_so(customer, actor):
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 1), deposit=0)

    booking = book(customer, actor)

    booking.refresh_from_db()
    assert (booking.status, booking.confirmed_at, booking.hold_expires_at) == (
        "confirmed", NOW, None,
    )  # fmt: skip
    (email,) = booking.emails.all()
    assert email.kind == "deposit_received"
    assert "Your party is booked for" in email.text
    assert "received $0" not in email.text
