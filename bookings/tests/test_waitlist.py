import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.errors import (
    AlreadyWaiting,
    InvalidTransition,
    NotEditable,
    SlotClosed,
    SlotOpen,
    TooFarAhead,
    TooFarAway,
    TooSoon,
    UnknownSlot,
    WrongPartySize,
)
from bookings.models import SlotException, Status, WaitlistEntry
from bookings.pricing import Item
from bookings.services import Contact, Order, Words
from bookings.services.offers import offer_places
from bookings.services.waitlist import join_waitlist, leave_waitlist
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.errors import NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)

pytestmark = pytest.mark.django_db


def join(customer, **changes):
    asked: dict[str, Any] = {
        "customer": customer,
        "date": DATE,
        "time": SIX,
        "order": Order(guests=8, location="1 A St, San Jose, CA"),
        "contact": Contact(),
        "words": Words(),
        "actor": customer.user if customer else None,
    }
    return join_waitlist(now=NOW, **asked | changes)


@pytest.fixture
def full_slot():
    return BookingFactory.create_batch(2, date=DATE, time=SIX, status=Status.CONFIRMED)


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada Guest", email="ada@example.com", phone="555 0100")


def test_a_place_in_line_keeps_the_whole_order_and_whom_to_call(full_slot, ada):
    order = Order(
        adults=6,
        children=2,
        location="1 A St, San Jose, CA",
        add_ons=(Item(code="lobster", quantity=2),),
        proteins=(Item(code="chicken", quantity=4),),
    )

    entry = join(ada, order=order, words=Words(notes="A birthday", allergies="Nuts"))

    unset = {"id", "updated_at", "zip_code"}
    stored = WaitlistEntry.objects.values().get()
    assert {name: value for name, value in stored.items() if name not in unset} == {
        "customer_id": ada.pk,
        "status": "waiting",
        "date": DATE,
        "time": SIX,
        "booking_id": None,
        "created_at": NOW,
        "guests": 8,
        "adults": 6,
        "children": 2,
        "toddlers": 0,
        "menu": "adult",
        "add_ons": [{"code": "lobster", "quantity": 2}],
        "proteins": [{"code": "chicken", "quantity": 4}],
        "allergies": "Nuts",
        "notes": "A birthday",
        "location": "1 A St, San Jose, CA",
        "location_needs_review": False,
        "contact_name": "Ada Guest",
        "contact_email": "ada@example.com",
        "contact_phone": "555 0100",
    }
    recorded = AuditEntry.objects.get(object_id=str(entry.pk))
    assert (recorded.action, recorded.actor, recorded.changes) == (
        "waitlist.joined",
        ada.user,
        {"slot": "2027-07-03 18:00", "guests": 8},
    )


def test_a_slot_that_is_open_needs_no_line(ada):
    BookingFactory(date=DATE, time=SIX)

    with pytest.raises(SlotOpen, match="This slot is open: book it"):
        join(ada)


def test_a_free_place_that_others_wait_for_is_not_open(ada):
    BookingFactory(date=DATE, time=SIX)
    WaitlistEntryFactory(date=DATE, time=SIX)

    assert join(ada).status == "waiting"


def test_a_day_off_is_not_waited_for(ada):
    SlotException.objects.create(date=DATE, capacity=0)

    with pytest.raises(SlotClosed):
        join(ada)


def test_one_place_in_line_a_customer_and_slot(full_slot, ada):
    join(ada)

    with pytest.raises(AlreadyWaiting):
        join(ada)
    with pytest.raises(IntegrityError, match="waitlist_once"), transaction.atomic():
        WaitlistEntryFactory(customer=ada, date=DATE, time=SIX)


def test_who_left_may_join_again_at_the_end(full_slot, ada):
    left = join(ada)
    leave_waitlist(entry_id=left.pk, actor=ada.user, now=NOW)

    assert join(ada).status == "waiting"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"time": dt.time(9)}, UnknownSlot),
        ({"date": dt.date(2027, 6, 2)}, TooSoon),
        ({"date": dt.date(2029, 6, 2)}, TooFarAhead),
        ({"order": Order(guests=151, location="San Jose, CA")}, WrongPartySize),
        ({"order": Order(guests=8, location="New York, NY 10001")}, TooFarAway),
    ],
)
def test_what_could_not_be_booked_is_not_waited_for(full_slot, ada, changes, error):
    with pytest.raises(error):
        join(ada, **changes)

    assert not WaitlistEntry.objects.exists()


def test_staff_note_a_caller(full_slot):
    support = UserFactory(role="support")

    entry = join(None, actor=support, contact=Contact(name="Cy Caller", email="cy@example.com"))

    assert (entry.customer.name, entry.customer.user, entry.contact_email) == (
        "Cy Caller",
        None,
        "cy@example.com",
    )


def test_leaving_twice_is_leaving_once(full_slot, ada):
    entry = join(ada)

    leave_waitlist(entry_id=entry.pk, actor=ada.user, now=NOW)
    again = leave_waitlist(entry_id=entry.pk, actor=ada.user, now=NOW)

    assert again.status == "withdrawn"
    assert list(AuditEntry.objects.values_list("action", flat=True).order_by("id")) == [
        "waitlist.joined",
        "waitlist.withdrawn",
    ]


def test_turning_an_offer_down_gives_the_place_to_the_next(ada):
    BookingFactory(date=DATE, time=SIX)
    first = WaitlistEntryFactory(date=DATE, time=SIX, customer=ada)
    second = WaitlistEntryFactory(date=DATE, time=SIX)
    offer_places(NOW)
    first.refresh_from_db()

    leave_waitlist(entry_id=first.pk, actor=ada.user, now=NOW)
    offer_places(NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.booking is not None
    assert (first.status, first.booking.status, first.booking.canceled_at, second.status) == (
        "withdrawn",
        "canceled",
        NOW,
        "offered",
    )


@pytest.mark.parametrize(
    "so_far", [{"paid": 4000}, {"paid": 10000, "status": Status.CONFIRMED}], ids=["part", "deposit"]
)
def test_an_offer_that_was_paid_for_is_not_simply_turned_down(ada, so_far):
    paid = BookingFactory(customer=ada, **so_far)
    entry = WaitlistEntryFactory(customer=ada, status="offered", booking=paid)

    with pytest.raises(NotEditable):
        leave_waitlist(entry_id=entry.pk, actor=ada.user, now=NOW)


def test_an_offer_that_ran_out_this_moment_may_be_left(ada):
    over = BookingFactory(customer=ada, status=Status.EXPIRED)
    entry = WaitlistEntryFactory(customer=ada, status="offered", booking=over)

    assert leave_waitlist(entry_id=entry.pk, actor=ada.user, now=NOW).status == "withdrawn"


@pytest.mark.parametrize("status", ["booked", "lapsed"])
def test_what_came_to_its_end_is_not_left(status):
    entry = WaitlistEntryFactory(status=status, booking=BookingFactory(status=Status.CONFIRMED))

    with pytest.raises(InvalidTransition):
        leave_waitlist(entry_id=entry.pk, actor=UserFactory(), now=NOW)


def test_nobody_leaves_what_is_not_there():
    with pytest.raises(NotFound):
        leave_waitlist(entry_id=uuid7(), actor=UserFactory(), now=NOW)
