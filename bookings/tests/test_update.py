import datetime as dt

import pytest

from bookings.errors import NotEditable, SlotFull, TotalBelowPaid, WrongPartySize
from bookings.models import RuleBook, Status
from bookings.pricing import Item
from bookings.services import Changes, update_booking
from bookings.slots import starts_at
from bookings.tests.factories import BookingFactory, default_rules
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)
START = starts_at(DATE, SIX)


@pytest.fixture
def booking(db):
    return BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED, paid=10000)


def change(booking, *, now=NOW, **changes):
    return update_booking(booking_id=booking.pk, changes=Changes(**changes), actor=None, now=now)


def test_more_guests_are_priced_and_recorded(booking):
    changed = change(booking, guests=12, children=2, add_ons=(Item(code="gyoza", quantity=1),))

    changed.refresh_from_db()
    assert (changed.adults, changed.children, changed.guests) == (10, 2, 12)
    assert (changed.total, changed.balance, changed.deposit_due) == (62000, 52000, 10000)
    assert sum(line["amount"] for line in changed.lines) == changed.total
    assert AuditEntry.objects.get().changes == {
        "adults": [8, 10],
        "children": [0, 2],
        "guests": [8, 12],
        "add_ons": [[], [{"code": "gyoza", "quantity": 1}]],
        "total": [55000, 62000],
    }


@pytest.mark.parametrize(
    ("changes", "party"),
    [
        ({"children": 3}, (5, 3, 0)),
        ({"adults": 4}, (4, 0, 0)),
        ({"adults": 4, "toddlers": 1}, (4, 0, 1)),
        ({"guests": 20, "toddlers": 5}, (15, 0, 5)),
    ],
)
def test_who_comes_is_worked_out_from_what_was_said(booking, changes, party):
    changed = change(booking, **changes)

    assert (changed.adults, changed.children, changed.toddlers) == party


def test_a_party_that_does_not_add_up_changes_nothing(booking):
    with pytest.raises(WrongPartySize):
        change(booking, guests=10, adults=4)


def test_a_change_is_priced_under_the_rules_the_booking_was_made_under(booking):
    RuleBook.objects.create(effective_from=dt.date(2027, 5, 1), adult_price=9900)

    assert change(booking, guests=12).total == 66000


def test_no_change_writes_nothing(booking):
    change(booking, guests=8, location=booking.location, date=DATE, time=SIX)

    assert not AuditEntry.objects.exists()


def test_the_total_does_not_fall_below_what_was_paid(db):
    paid_up = BookingFactory(date=DATE, status=Status.CONFIRMED, guests=20, paid=110000)

    with pytest.raises(TotalBelowPaid):
        change(paid_up, guests=19)


def test_what_was_overpaid_before_does_not_block_another_change(db):
    overpaid = BookingFactory(date=DATE, status=Status.CONFIRMED, guests=10, paid=60000)

    assert change(overpaid, notes="No shellfish").notes == "No shellfish"


@pytest.mark.parametrize(
    ("hours", "changes", "attr"),
    [
        (23, {"guests": 9}, "adults"),
        (23, {"location": "1 B St, Oakland, CA 94607"}, "location"),
        (11, {"proteins": (Item(code="tofu", quantity=1),)}, "proteins"),
        (11, {"add_ons": (Item(code="rice", quantity=1),)}, "add_ons"),
    ],
)
def test_shortly_before_the_party_it_is_too_late(booking, hours, changes, attr):
    with pytest.raises(NotEditable) as refused:
        change(booking, now=START - dt.timedelta(hours=hours), **changes)
    assert refused.value.attr == attr


@pytest.mark.parametrize(
    ("hours", "changes"),
    [
        (24, {"guests": 9}),
        (12, {"proteins": (Item(code="tofu", quantity=1),)}),
        (1, {"notes": "Ring twice", "contact_phone": "555 0101"}),
    ],
)
def test_until_then_it_is_not(booking, hours, changes):
    changed = change(booking, now=START - dt.timedelta(hours=hours), **changes)

    assert AuditEntry.objects.filter(object_id=str(changed.pk)).exists()


@pytest.mark.parametrize(
    "status", [Status.COMPLETED, Status.EXPIRED, Status.CANCELED, Status.NO_SHOW]
)
def test_what_is_over_is_not_changed(db, status):
    with pytest.raises(NotEditable):
        change(BookingFactory(status=status), notes="Too late")


def test_a_pending_booking_moves_to_another_slot(db):
    pending = BookingFactory(date=DATE, time=SIX)
    BookingFactory(date=DATE, time=dt.time(15))

    moved = change(pending, time=dt.time(15))

    moved.refresh_from_db()
    assert (moved.date, moved.time, moved.seat) == (DATE, dt.time(15), 2)
    assert moved.starts_at == starts_at(DATE, dt.time(15))
    assert moved.hold_expires_at == pending.hold_expires_at


def test_a_pending_booking_does_not_move_to_a_full_slot(db):
    pending = BookingFactory(date=DATE, time=SIX)
    BookingFactory.create_batch(2, date=DATE, time=dt.time(15))

    with pytest.raises(SlotFull):
        change(pending, time=dt.time(15))


def test_a_confirmed_booking_keeps_its_slot(booking):
    with pytest.raises(NotEditable):
        change(booking, time=dt.time(15))


def test_the_rules_of_a_booking_are_its_own(db):
    rules = default_rules(adult_price=1, order_minimum=0)

    assert change(BookingFactory(date=DATE, rules=rules), guests=10).total == 10
