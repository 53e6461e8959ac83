"""Deciding in the admin about money that came too late."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from payments.admin.late_money_form import slot_value
from payments.tests.admin.test_cancel_page import change_page, fields, words
from payments.tests.services.parties import made_at_stripe, pay, refunds_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking(db) -> Booking:
    """Expired; 10000 came by card after that."""
    made: Booking = BookingFactory()
    pay(made)
    Booking.objects.filter(pk=made.pk).update(status="expired", seat=None, late_money=True)
    made.refresh_from_db()
    return made


@pytest.fixture
def manager(staff):
    return staff("manager")


def address(booking: Booking) -> str:
    return reverse("admin:bookings_booking_late_money", args=[booking.pk])


def choices(answer) -> list[str]:
    return [value for value, _ in answer.context["form"].fields["choice"].choices]


def choose(browser, booking: Booking, **typed: str):
    asked = browser.post(address(booking), fields(browser.get(address(booking)), **typed))
    assert asked.context["asks"], asked.context["form"].errors
    return browser.post(address(booking), fields(asked) | {"confirmed": "yes"}, follow=True)


def test_its_own_slot_is_the_first_choice_and_confirms_it(manager, booking):
    assert address(booking) in manager.get(change_page(booking)).content.decode()
    page = manager.get(address(booking))
    own = slot_value(booking.date, booking.time)
    assert choices(page)[0] == own
    assert choices(page)[-2:] == ["refund", "keep"]
    assert "$100.00 is here for a booking that is expired." in words(page)

    done = choose(manager, booking, choice=own)

    assert "It is confirmed for" in words(done)
    booking.refresh_from_db()
    assert (booking.status, booking.late_money) == ("confirmed", False)
    assert address(booking) not in manager.get(change_page(booking)).content.decode()


def test_a_full_slot_is_not_offered_and_another_one_is_taken(manager, booking):
    for _ in range(2):
        BookingFactory(date=booking.date, time=booking.time, status="confirmed")
    offered = choices(manager.get(address(booking)))
    assert slot_value(booking.date, booking.time) not in offered

    choose(manager, booking, choice=offered[0])

    booking.refresh_from_db()
    assert slot_value(booking.date, booking.time) == offered[0]


def test_a_slot_that_filled_up_since_says_so(manager, booking):
    page = manager.get(address(booking))
    asked = manager.post(
        address(booking), fields(page, choice=slot_value(booking.date, booking.time))
    )
    for _ in range(2):
        BookingFactory(date=booking.date, time=booking.time, status="confirmed")

    answer = manager.post(address(booking), fields(asked) | {"confirmed": "yes"})

    assert "Select a valid choice" in words(answer)
    booking.refresh_from_db()
    assert booking.status == "expired"


def test_all_of_it_is_refunded_once(manager, booking):
    page = manager.get(address(booking))
    asked = manager.post(address(booking), fields(page, choice="refund"))
    assert "Refund all of it: $100.00?" in words(asked)
    yes = fields(asked) | {"confirmed": "yes"}

    said = [words(manager.post(address(booking), yes, follow=True)) for _ in range(2)]

    assert "$100.00 refunded." in said[0]
    assert "This money has been dealt with already." in said[1]
    assert made_at_stripe() == [10000]
    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.late_money) == ("expired", 0, False)


def test_keeping_it_takes_a_reason(manager, booking):
    page = manager.get(address(booking))
    answer = manager.post(address(booking), fields(page, choice="keep"))
    assert answer.context["form"].errors == {"reason": ["Say why it is kept."]}

    done = choose(manager, booking, choice="keep", reason="A voucher instead.")

    assert "The money is kept." in words(done)
    assert refunds_of(booking) == []


def test_support_sees_it_and_decides_nothing(staff, booking):
    support = staff("support")
    page = support.get(address(booking))
    assert choices(page) == []
    assert "Somebody who may refund or move bookings decides about it." in words(page)
    posted = support.post(address(booking), {"choice": "keep", "confirmed": "yes"})
    assert posted.status_code == 200
    booking.refresh_from_db()
    assert booking.late_money is True


def test_a_no_show_gets_no_place_and_a_slot_that_began_is_no_choice(manager, booking):
    Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now())
    assert slot_value(booking.date, booking.time) not in choices(manager.get(address(booking)))
    Booking.objects.filter(pk=booking.pk).update(status="no_show")
    assert choices(manager.get(address(booking))) == ["refund", "keep"]
