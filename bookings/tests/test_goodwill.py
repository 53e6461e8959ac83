"""Taking something off a bill: to the cent, once, and for good."""

import pytest
from django.utils import timezone

from bookings.errors import BillChanged, DiscountTooLarge, NotEditable, TotalBelowPaid
from bookings.models import Booking, Email
from bookings.pricing import Line, untaxed
from bookings.services import Changes, update_booking
from bookings.services.goodwill import lower_bill, preview_lower_bill
from bookings.tests.factories import BookingFactory, default_rules
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return UserFactory(role="manager")


def lower(booking, actor, amount=5000, **more):
    return lower_bill(
        booking_id=booking.pk,
        amount=amount,
        label="Goodwill discount",
        actor=actor,
        now=timezone.now(),
        **more,
    )


def bill(booking):
    booking.refresh_from_db()
    return [(line["label"], line["amount"]) for line in booking.lines], booking.total


def test_it_stands_on_the_bill_under_its_label_and_the_customer_is_told(manager):
    booking = BookingFactory(status="confirmed", paid=10000)

    lower(booking, manager, note="The chef was late.")

    assert bill(booking) == (
        [("Adult", 44000), ("To the order minimum", 11000), ("Goodwill discount", -5000)],
        50000,
    )
    entry = AuditEntry.objects.get(action="booking.bill_lowered")
    assert (entry.note, entry.changes) == ("The chef was late.", {"total": [55000, 50000]})
    email = Email.objects.get()
    assert email.kind == "booking_changed"
    assert "Total: $500.00 (before: $550.00)" in email.text
    assert "Goodwill discount: -$50.00" in email.text


def test_it_stays_when_the_party_grows(manager):
    booking = BookingFactory(status="confirmed", paid=10000)
    lower(booking, manager)

    changes = Changes(guests=12)
    update_booking(booking_id=booking.pk, changes=changes, actor=manager, now=timezone.now())

    assert bill(booking) == ([("Adult", 66000), ("Goodwill discount", -5000)], 61000)


@pytest.mark.parametrize("paid", [0, 10000])
def test_all_that_is_owed_of_a_taxed_bill_may_go_and_not_a_cent_more(manager, paid):
    rules = default_rules(flat_tax=True)
    booking = BookingFactory(status="completed", rules=rules, paid=paid)
    assert booking.total == 59538

    with pytest.raises((DiscountTooLarge, TotalBelowPaid)):
        lower(booking, manager, 59538 - paid + 1)
    lower(booking, manager, 59538 - paid)

    assert bill(booking) == (
        [
            ("Adult", 44000),
            ("To the order minimum", 11000),
            ("Goodwill discount", paid - 59538),
            ("Tax", 4538),
        ],
        paid,
    )
    assert (booking.balance, booking.deposit_due) == (0, paid)


def test_a_preview_is_the_bill_that_comes_of_it_and_changes_nothing(manager):
    booking = BookingFactory(status="confirmed", paid=10000)

    then = preview_lower_bill(
        booking_id=booking.pk, amount=5000, label="Goodwill discount", actor=manager
    )

    assert (bill(booking)[1], Email.objects.count()) == (55000, 0)
    lower(booking, manager)
    assert bill(booking) == bill_of(then)


def bill_of(preview):
    return [(line["label"], line["amount"]) for line in preview.lines], preview.total


def test_a_deposit_that_is_all_paid_now_confirms_it(manager):
    booking = BookingFactory(paid=4000)
    lower(booking, manager, 51000)
    booking.refresh_from_db()
    assert (booking.status, booking.total, booking.deposit_due) == ("confirmed", 4000, 4000)


def test_the_same_call_again_lowers_it_once(manager):
    booking, same = BookingFactory(), uuid7()
    for _ in range(2):
        assert lower(booking, manager, lowering_id=same, expected_total=55000).total == 50000
    assert lower(booking, manager, lowering_id=uuid7()).total == 45000


def test_a_bill_that_is_another_than_was_seen_stays_as_it_is(manager):
    booking = BookingFactory()
    with pytest.raises(BillChanged, match=r"The bill is \$550.00 now."):
        lower(booking, manager, expected_total=61000)
    assert bill(booking)[1] == 55000


@pytest.mark.parametrize(
    ("role", "fields", "amount", "error"),
    [
        ("support", {}, 5000, NotAllowed),
        ("manager", {}, 0, InvalidInput),
        ("manager", {}, -5000, InvalidInput),
        ("manager", {}, 55001, DiscountTooLarge),
        ("manager", {"paid": 50001, "status": "confirmed"}, 5000, TotalBelowPaid),
        ("manager", {"status": "canceled"}, 5000, NotEditable),
        ("manager", {"status": "no_show"}, 5000, NotEditable),
    ],
)
def test_what_may_not_be_is_refused(role, fields, amount, error):
    booking = BookingFactory(**fields)
    with pytest.raises(error):
        lower(booking, UserFactory(role=role), amount)
    assert Booking.objects.get().total == 55000


def test_what_is_taken_off_comes_off_the_untaxed_part_until_that_is_nothing():
    travel = Line(code="travel", label="Travel", quantity=10, unit_amount=200)
    food = Line(code="adult", label="Adult", quantity=10, unit_amount=5500)

    def left(amount):
        off = Line(code="goodwill_refund", label="", quantity=1, unit_amount=-amount)
        return untaxed((food, travel, off))

    assert [left(amount) for amount in (0, 500, 2000, 2001, 57000)] == [2000, 1500, 0, 0, 0]
