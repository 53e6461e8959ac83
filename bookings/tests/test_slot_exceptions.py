import datetime as dt
from threading import Thread

import pytest
from django.db import connection, transaction

from bookings.errors import SlotExceptionExists, SlotInPast, UnknownSlot
from bookings.models import RuleBook, SlotException
from bookings.queries.slot_exceptions import booked_slots, slot_times
from bookings.services.seats import take_seat
from bookings.services.slot_exceptions import (
    add_slot_exception,
    change_slot_exception,
    delete_slot_exception,
)
from bookings.tests.factories import BookingFactory, default_rules
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotFound
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
TODAY, DATE = dt.date(2027, 6, 1), dt.date(2027, 7, 3)
THREE, SIX = dt.time(15), dt.time(18)

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return UserFactory(role="manager")


def add(actor, *, date=DATE, time=None, capacity=0, reason=""):
    return add_slot_exception(
        date=date, time=time, capacity=capacity, reason=reason, actor=actor, now=NOW
    )


def change(exception, actor, **changes):
    return change_slot_exception(exception_id=exception.pk, actor=actor, now=NOW, **changes)


def delete(exception, actor):
    delete_slot_exception(exception_id=exception.pk, actor=actor, now=NOW)


def audited():
    entries = AuditEntry.objects.filter(action__startswith="slot_exception.").order_by("pk")
    return [(entry.action, entry.actor, entry.changes) for entry in entries]


def test_what_people_do_to_it_is_recorded(actor):
    exception = add(actor, time=SIX, capacity=3, reason="Two more chefs")
    change(exception, actor, capacity=4, reason="Two more chefs")
    change(exception, actor, capacity=4, reason="Two more chefs")
    delete(exception, actor)

    facts = {"date": "2027-07-03", "time": "18:00", "reason": "Two more chefs"}
    assert audited() == [
        ("slot_exception.added", actor, facts | {"capacity": 3}),
        ("slot_exception.changed", actor, {"capacity": [3, 4]}),
        ("slot_exception.deleted", actor, facts | {"capacity": 4}),
    ]
    assert not SlotException.objects.exists()


@pytest.mark.parametrize("time", [None, SIX])
def test_a_second_one_is_refused(actor, time):
    add(actor, time=time)
    add(actor, time=THREE)

    with pytest.raises(SlotExceptionExists):
        add(actor, time=time, capacity=5)
    assert len(audited()) == 2


def test_the_past_is_not_changed(actor):
    yesterday = TODAY - dt.timedelta(days=1)
    past = SlotException.objects.create(date=yesterday, capacity=0)

    with pytest.raises(SlotInPast):
        add(actor, date=yesterday, time=SIX)
    with pytest.raises(SlotInPast):
        change(past, actor, capacity=3, reason="")
    with pytest.raises(SlotInPast):
        delete(past, actor)
    assert add(actor, date=TODAY).capacity == 0


def test_a_time_that_no_rule_book_has_is_refused(actor):
    seven = dt.time(19)
    with pytest.raises(UnknownSlot):
        add(actor, time=seven)

    RuleBook.objects.create(effective_from=dt.date(2027, 9, 1), slot_times=["19:00"])

    assert slot_times(NOW) == [dt.time(12), THREE, SIX, seven, dt.time(21)]
    assert add(actor, time=seven).time == seven


def test_one_that_is_gone_is_not_there(actor):
    exception = add(actor)
    SlotException.objects.all().delete()

    with pytest.raises(NotFound):
        delete(exception, actor)


@pytest.mark.parametrize(
    "act",
    [
        lambda exception, actor: add(actor, time=SIX, capacity=3),
        lambda exception, actor: change(exception, actor, capacity=3, reason=""),
        delete,
    ],
    ids=["added", "changed", "deleted"],
)
def test_who_waits_is_offered_what_comes_free(actor, act, django_capture_on_commit_callbacks):
    exception = add(actor)

    with django_capture_on_commit_callbacks() as asked:
        act(exception, actor)

    assert [callback.args[0] for callback in asked] == ["bookings.tasks.offer_places"]


def test_who_has_no_place_any_more_is_named(actor):
    late = BookingFactory(date=DATE, time=SIX)
    both = tuple(BookingFactory.create_batch(2, date=DATE, time=THREE))
    add(actor, capacity=1)

    found = booked_slots(DATE, None, now=NOW)

    assert [(slot.time, slot.capacity, slot.bookings, slot.is_overbooked) for slot in found] == [
        (THREE, 1, both, True),
        (SIX, 1, (late,), False),
    ]
    assert booked_slots(DATE, SIX, now=NOW) == found[1:]


@pytest.mark.django_db(transaction=True)
def test_closing_a_day_waits_for_a_booking_under_way_and_then_names_it():
    named = []

    def close():
        add(None)
        named.extend(booked_slots(DATE, None, now=NOW))
        connection.close()

    closing = Thread(target=close)
    with transaction.atomic():
        seat = take_seat(default_rules(), date=DATE, time=SIX, now=NOW)
        closing.start()
        closing.join(timeout=0.3)
        assert closing.is_alive()
        booking = BookingFactory(date=DATE, time=SIX, seat=seat)
    closing.join(timeout=10)

    assert [(slot.bookings, slot.is_overbooked) for slot in named] == [((booking,), True)]
