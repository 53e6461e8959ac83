import datetime as dt

import pytest
from django.utils import timezone

from bookings.errors import NotEditable, SlotFull, TotalBelowPaid, WrongPartySize
from bookings.models import Booking, Email, RuleBook, Status
from bookings.pricing import Item, Line
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


PROTEINS = {"proteins": (Item(code="tofu", quantity=1),)}
ADD_ONS = {"add_ons": (Item(code="rice", quantity=1),)}
PLACE = {"location": "1 B St, Oakland, CA 94607"}


@pytest.mark.parametrize(
    ("before", "changes", "attr"),
    [
        ("23:59", {"guests": 9}, "adults"),
        ("23:59", {"children": 2}, "adults"),
        ("23:59", PLACE, "location"),
        ("00:01", {"guests": 9}, "adults"),
        ("11:59", PROTEINS, "proteins"),
        ("11:59", ADD_ONS, "add_ons"),
    ],
)
def test_shortly_before_the_party_it_is_too_late(booking, before, changes, attr):
    with pytest.raises(NotEditable) as refused:
        change(booking, now=START - left(before), **changes)
    assert refused.value.attr == attr


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ("24:00", {"guests": 9}),
        ("24:00", PLACE),
        ("12:00", PROTEINS),
        ("12:00", ADD_ONS),
        ("00:01", {"notes": "Ring twice", "contact_phone": "555 0101"}),
    ],
)
def test_until_then_it_is_not(booking, before, changes):
    changed = change(booking, now=START - left(before), **changes)

    assert AuditEntry.objects.filter(object_id=str(changed.pk)).exists()


def left(text):
    """Return this many hours and minutes."""
    hours, minutes = map(int, text.split(":"))
    return dt.timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("date", "last_moment"),
    [
        # On March 14 two o'clock is three, on November 7 one o'clock comes twice.
        (dt.date(2027, 3, 14), "2027-03-13T11:00"),
        (dt.date(2027, 11, 7), "2027-11-06T13:00"),
    ],
)
def test_the_final_count_is_due_a_real_day_before_when_the_clocks_change(db, date, last_moment):
    booking = BookingFactory(date=date, time=dt.time(12), status=Status.CONFIRMED)
    last = dt.datetime.fromisoformat(last_moment).replace(tzinfo=timezone.get_default_timezone())

    assert change(booking, now=last, guests=9).guests == 9
    with pytest.raises(NotEditable):
        change(booking, now=last + dt.timedelta(minutes=1), guests=10)


def test_fees_and_discounts_stay_on_a_bill_that_changes(booking):
    fee = Line(code="reschedule_fee", label="Change of date", quantity=1, unit_amount=20000)
    gift = Line(code="discount", label="Birthday", quantity=1, unit_amount=-5000)
    Booking.objects.update(extra_lines=[fee.to_json(), gift.to_json()], total=70000)

    changed = change(booking, guests=12)

    assert changed.total == 66000 + 20000 - 5000
    assert changed.extra_lines == [fee.to_json(), gift.to_json()]


def test_a_change_that_makes_the_deposit_what_was_paid_already_confirms(db):
    cheap = default_rules(order_minimum=0, adult_price=500)
    pending = BookingFactory(date=DATE, rules=cheap, paid=3000)

    assert change(pending, notes="Ring twice").status == Status.PENDING
    changed = change(pending, guests=6)

    assert (changed.total, changed.deposit_due, changed.status) == (3000, 3000, "confirmed")
    assert (changed.hold_expires_at, changed.seat) == (None, 1)


def mails_of(booking):
    return Email.objects.filter(booking=booking, kind=Email.Kind.BOOKING_CHANGED).count()


@pytest.mark.parametrize(
    ("changes", "mails"),
    [
        ({"guests": 12}, 1),
        ({"children": 2}, 1),
        (PLACE, 1),
        (ADD_ONS, 1),
        (PROTEINS, 1),
        ({"notes": "Ring twice", "allergies": "Nuts", "contact_name": "Ann"}, 0),
        ({"guests": 8}, 0),
    ],
)
def test_the_customer_hears_of_what_they_would_notice(booking, changes, mails):
    change(booking, **changes)

    assert mails_of(booking) == mails


def test_each_change_is_news_of_its_own(booking):
    change(booking, guests=12)
    change(booking, guests=12)
    change(booking, guests=8)

    assert mails_of(booking) == 2


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"guests": 12}, True),
        ({"add_ons": (Item(code="gyoza", quantity=1),), "guests": 12}, True),
        (PROTEINS, False),
        ({"notes": "Ring twice"}, False),
    ],
)
def test_what_is_open_at_stripe_follows_another_total(
    booking, changes, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as asked_for:
        change(booking, **changes)

    follow = ("payments.tasks.follow_booking", (booking.pk,))
    assert (follow in [callback.args for callback in asked_for]) == asked


def test_the_place_that_a_pending_booking_leaves_is_offered(db, django_capture_on_commit_callbacks):
    pending = BookingFactory(date=DATE, time=SIX)

    with django_capture_on_commit_callbacks() as asked_for:
        change(pending, time=dt.time(15))

    assert ("bookings.tasks.offer_places", ()) in [callback.args for callback in asked_for]


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
