import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bookings.errors import InvalidTransition, SlotFull
from bookings.models import Booking, Email, RuleBook, SlotException, Status, WaitlistEntry
from bookings.queries.availability import open_slots
from bookings.queries.rules import current_rules
from bookings.services import (
    Contact,
    Order,
    Words,
    apply_paid,
    create_booking,
    expire_holds,
    lock_booking,
)
from bookings.services.offers import offer_places
from bookings.services.waitlist import join_waitlist, leave_waitlist
from bookings.tasks import offer_places as task
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)
PARTY = Order(guests=8, location="1 A St, San Jose, CA")


def wait(*, minutes=0, **changes):
    return WaitlistEntryFactory(
        date=DATE, time=SIX, created_at=NOW + dt.timedelta(minutes=minutes), **changes
    )


def places(now=NOW):
    """Return how many places anybody may book."""
    found = open_slots(current_rules(now), first=DATE, last=DATE, now=now)
    return sum(slot.places for slot in found if slot.time == SIX)


def book(now=NOW):
    user = UserFactory()
    return create_booking(date=DATE, time=SIX, order=PARTY, actor=user, now=now)


def join(customer, now=NOW):
    return join_waitlist(
        customer=customer,
        date=DATE,
        time=SIX,
        order=PARTY,
        contact=Contact(),
        words=Words(),
        actor=customer.user,
        now=now,
    )


def pay(booking, now=NOW):
    with transaction.atomic():
        apply_paid(booking_id=booking.pk, paid=booking.deposit_due, now=now)


def cancel(booking):
    with transaction.atomic():
        row = lock_booking(booking.pk)
        row.move_to(Status.CANCELED)
        row.save()


def states(*entries):
    for entry in entries:
        entry.refresh_from_db()
    return [entry.status for entry in entries]


def story_of(entry):
    rows = AuditEntry.objects.filter(object_id=str(entry.pk)).order_by("id")
    return [(row.action, row.note) for row in rows]


def test_a_place_goes_down_the_line_until_somebody_pays_for_it(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    lazy, quick = book(), book()
    pay(quick)
    first, second = join(CustomerFactory()), join(CustomerFactory())
    assert (offer_places(NOW), states(first, second)) == (0, ["waiting", "waiting"])

    # A hold runs out: the place is the line's, and nobody else gets it.
    later = NOW + dt.timedelta(hours=2)
    assert expire_holds(later) == 1
    lazy.refresh_from_db()
    assert (lazy.status, places(later)) == ("expired", 0)
    with pytest.raises(SlotFull):
        book(later)

    assert (offer_places(later), states(first, second)) == (1, ["offered", "waiting"])
    held = first.booking
    assert (held.status, held.customer, held.total, held.deposit_due, held.hold_expires_at) == (
        "pending",
        first.customer,
        55000,
        10000,
        later + dt.timedelta(hours=2),
    )
    with pytest.raises(SlotFull):
        book(later)

    # The first lets it lapse: it goes to the second.
    at_four = later + dt.timedelta(hours=2)
    expire_holds(at_four)
    with pytest.raises(SlotFull):
        book(at_four)
    assert (offer_places(at_four), states(first, second)) == (2, ["lapsed", "offered"])

    pay(second.booking, at_four)
    assert (offer_places(at_four), states(first, second)) == (1, ["lapsed", "booked"])
    assert story_of(second) == [
        ("waitlist.joined", ""),
        ("waitlist.offered", ""),
        ("waitlist.booked", ""),
    ]
    assert sorted(Booking.objects.values_list("status", flat=True)) == [
        "confirmed",
        "confirmed",
        "expired",
        "expired",
    ]


def test_those_who_wait_keep_as_many_places_as_they_are(db):
    assert places() == 2
    wait()
    assert places() == 1
    book()
    with pytest.raises(SlotFull):
        book()


def test_an_offer_carries_the_whole_order_under_the_rules_of_its_day(db):
    RuleBook.objects.create(effective_from=dt.date(2027, 5, 1), adult_price=9900, hold_minutes=90)
    entry = wait(
        guests=10,
        add_ons=[{"code": "lobster", "quantity": 2}],
        proteins=[{"code": "chicken", "quantity": 4}],
        notes="A birthday",
        allergies="Nuts",
        contact_phone="555 0100",
    )

    offer_places(NOW)

    entry.refresh_from_db()
    booking = entry.booking
    kept = ("add_ons", "proteins", "notes", "allergies", "location", "contact_name")
    assert {name: getattr(booking, name) for name in kept} == {
        name: getattr(entry, name) for name in kept
    }
    assert (booking.total, booking.hold_expires_at, booking.contact_phone, booking.seat) == (
        102000,
        NOW + dt.timedelta(minutes=90),
        "555 0100",
        1,
    )


def test_an_offer_is_one_email_that_leads_to_the_deposit(db):
    entry = wait(contact_email="ada@example.com")

    offer_places(NOW)
    offer_places(NOW)

    (email,) = Email.objects.all()
    entry.refresh_from_db()
    assert (email.kind, email.to, email.booking, email.waitlist_entry) == (
        "waitlist_offer",
        "ada@example.com",
        entry.booking,
        entry,
    )
    for said in ("July 3, 2027 at 6:00 PM PDT", "Pay deposit $100.00: [link:pay-booking]"):
        assert said in email.text


def test_each_free_place_is_offered_once_in_the_order_of_the_line(db):
    third, first, second = wait(minutes=3), wait(minutes=1), wait(minutes=2)

    assert offer_places(NOW) == 2
    assert offer_places(NOW) == 0

    assert states(first, second, third) == ["offered", "offered", "waiting"]


def test_an_extra_chef_serves_the_line(db):
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    entry = wait()
    assert offer_places(NOW) == 0

    SlotException.objects.create(date=DATE, time=SIX, capacity=3)

    assert (offer_places(NOW), states(entry)) == (1, ["offered"])


@pytest.mark.parametrize(
    ("wrong", "note"),
    [
        ({"guests": 151}, "We cook for 1 to 150 guests."),
        ({"location": "New York, NY 10001"}, "We drive at most 150 miles."),
        ({"add_ons": [{"code": "fugu", "quantity": 1}]}, "Not on the menu: fugu."),
    ],
)
def test_who_cannot_be_cooked_for_any_more_holds_nobody_up(db, wrong, note):
    refused, following = wait(minutes=1, **wrong), wait(minutes=2)

    assert (offer_places(NOW), states(refused, following)) == (2, ["lapsed", "offered"])
    assert story_of(refused) == [("waitlist.lapsed", note)]


def test_what_is_refused_today_may_be_allowed_once_there_is_a_place(db):
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    entry = wait(guests=151)

    assert (offer_places(NOW), states(entry)) == (0, ["waiting"])


def test_the_line_goes_home_when_the_notice_has_passed(db):
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    entries = [wait(minutes=1), wait(minutes=2)]
    last_moment = dt.datetime.fromisoformat("2027-07-01T18:00:00-07:00")
    assert (offer_places(last_moment), states(*entries)) == (0, ["waiting", "waiting"])

    assert offer_places(last_moment + dt.timedelta(seconds=1)) == 2

    assert states(*entries) == ["lapsed", "lapsed"]
    assert story_of(entries[0]) == [("waitlist.lapsed", "We need 48 hours' notice.")]


@pytest.mark.parametrize(
    ("booking_status", "end"),
    [
        (Status.PENDING, "offered"),
        (Status.CONFIRMED, "booked"),
        (Status.COMPLETED, "booked"),
        (Status.NO_SHOW, "booked"),
        (Status.EXPIRED, "lapsed"),
        (Status.CANCELED, "withdrawn"),
    ],
)
def test_an_offer_ends_as_its_booking_does(db, booking_status, end):
    entry = wait(status="offered", booking=BookingFactory(status=booking_status))

    offer_places(NOW)

    assert states(entry) == [end]


def test_one_line_in_trouble_stops_no_other(db, caplog):
    broken = WaitlistEntryFactory(
        date=DATE, time=dt.time(12), add_ons=[{"what": "is this"}], created_at=NOW
    )
    fine = wait()

    offer_places(NOW)

    assert states(broken, fine) == ["waiting", "offered"]
    assert "The waitlist of 2027-07-03 12:00:00 is stuck." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_three_workers_ten_in_line_one_place_one_offer():
    BookingFactory(date=DATE, time=SIX)
    entries = [wait(minutes=number) for number in range(10)]

    def work(_):
        try:
            return offer_places(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        moved = list(workers.map(work, range(3)))

    assert (sum(moved), states(*entries)) == (1, ["offered"] + ["waiting"] * 9)
    assert Booking.objects.holding_slots().filter(date=DATE, time=SIX).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_place_freed_between_the_public_and_the_line_is_the_lines():
    freed, _ = BookingFactory.create_batch(2, date=DATE, time=SIX)
    first = wait()
    with transaction.atomic():
        cancel(freed)

    def public(_):
        try:
            return book().reference
        except SlotFull:
            return None
        finally:
            connection.close()

    def line(_):
        try:
            return offer_places(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as people:
        offers = [people.submit(line, n) for n in range(3)]
        bookings = list(people.map(public, range(6)))

    assert (bookings, sum(offer.result() for offer in offers)) == ([None] * 6, 1)
    assert states(first) == ["offered"]


@pytest.mark.django_db(transaction=True)
def test_who_is_just_leaving_is_passed_over():
    leaving, following = wait(minutes=1), wait(minutes=2)
    BookingFactory(date=DATE, time=SIX)

    def work():
        try:
            return offer_places(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as worker, transaction.atomic():
        row = WaitlistEntry.objects.select_for_update().get(pk=leaving.pk)
        assert worker.submit(work).result(timeout=10) == 1
        row.status = WaitlistEntry.Status.WITHDRAWN
        row.save()

    assert states(leaving, following) == ["withdrawn", "offered"]


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_a_place_is_offered_is_told_to_look_first():
    entry = wait()

    def leave():
        try:
            leave_waitlist(entry_id=entry.pk, actor=entry.customer.user, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as guest:
        with transaction.atomic():
            offer_places(NOW)
            leaving = guest.submit(leave)
            with pytest.raises(TimeoutError):
                leaving.result(timeout=0.3)
        with pytest.raises(InvalidTransition, match="offered at this moment"):
            leaving.result(timeout=10)

    assert states(entry) == ["offered"]


def test_beat_offers_places(db):
    entry = WaitlistEntryFactory(date=timezone.localdate() + dt.timedelta(30))

    task()

    assert states(entry) == ["offered"]
    assert task.name == settings.CELERY_BEAT_SCHEDULE["offer-places"]["task"]
    assert task.name in current_app.tasks


def test_a_place_that_takes_no_deposit_is_booked_at_once(db):
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 1), deposit=0)
    entry = wait()

    offer_places(NOW)
    offer_places(NOW)

    assert states(entry) == ["booked"]
    assert list(entry.booking.emails.values_list("kind", flat=True)) == ["deposit_received"]
