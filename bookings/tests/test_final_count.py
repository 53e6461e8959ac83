"""The number of guests that somebody noted as final."""

import datetime as dt

import pytest

from bookings.errors import GuestsChanged, NotEditable
from bookings.models import Booking, Status
from bookings.queries.waiting import count_due
from bookings.services import Changes, Move, confirm_guests, reschedule_booking, update_booking
from bookings.services.late_money import reseat
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def booking() -> Booking:
    """A confirmed party of 8, whose guests can change until 24 hours before."""
    made: Booking = BookingFactory(status=Status.CONFIRMED, guests=8, paid=10000)
    return made


@pytest.fixture
def manager():
    return UserFactory(role="manager")


def near(booking: Booking) -> dt.datetime:
    """Return a moment at which its number of guests is asked for."""
    return booking.starts_at - 30 * HOUR


def note(booking: Booking, *, guests: int = 8, actor=None, now=None) -> Booking:
    return confirm_guests(
        booking_id=booking.pk, guests=guests, actor=actor, now=now or near(booking)
    )


def is_due(booking: Booking) -> bool:
    return Booking.objects.filter(count_due(near(booking)), pk=booking.pk).exists()


def change_guests(booking: Booking, guests: int) -> None:
    update_booking(
        booking_id=booking.pk, changes=Changes(guests=guests), actor=None, now=near(booking)
    )


def test_a_final_number_is_noted_once_and_asked_for_no_more(booking, manager):
    assert is_due(booking)

    noted = note(booking, actor=manager)
    again = note(booking, actor=manager)

    assert noted.guests_are_final
    assert not is_due(booking)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.changes) == (
        "booking.guests_confirmed",
        manager,
        {"final_guests": [None, 8]},
    )
    assert again.updated_at == noted.updated_at


def test_another_number_is_asked_for_again_and_noted_anew(booking):
    note(booking)
    change_guests(booking, 10)
    assert is_due(booking)

    assert note(booking, guests=10).guests_are_final

    assert not is_due(booking)
    assert AuditEntry.objects.latest("pk").changes == {"final_guests": [8, 10]}


def test_the_number_that_was_noted_is_final_also_after_a_change_there_and_back(booking):
    note(booking)
    for guests in (10, 8):
        change_guests(booking, guests)
    assert not is_due(booking)


def test_only_the_number_that_was_seen_is_noted(booking):
    change_guests(booking, 10)

    with pytest.raises(GuestsChanged, match="The number of guests is 10 by now"):
        note(booking, guests=8)

    booking.refresh_from_db()
    assert booking.final_guests is None


@pytest.mark.parametrize("status", [each for each in Status if each != Status.CONFIRMED])
def test_only_the_guests_of_a_confirmed_booking_can_be_final(status):
    with pytest.raises(NotEditable):
        note(BookingFactory(status=status))


def test_once_the_party_has_begun_it_is_too_late(booking):
    with pytest.raises(NotEditable):
        note(booking, now=booking.starts_at)
    assert note(booking, now=booking.starts_at - HOUR).guests_are_final


def test_nothing_is_final_for_a_party_on_another_day(booking, manager):
    note(booking)
    move = Move(date=booking.date + dt.timedelta(1), time=booking.time)

    reschedule_booking(booking_id=booking.pk, move=move, actor=manager, now=near(booking))

    booking.refresh_from_db()
    assert booking.final_guests is None


@pytest.mark.parametrize(("days", "final"), [(0, 8), (1, None)])
def test_a_place_given_again_keeps_what_is_final_only_on_the_same_day(
    booking, manager, days, final
):
    note(booking)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELED, seat=None)
    booking.refresh_from_db()
    date = booking.date + dt.timedelta(days)

    reseat(booking, date=date, time=booking.time, held=10000, actor=manager, now=near(booking))

    booking.refresh_from_db()
    assert (booking.status, booking.final_guests) == (Status.CONFIRMED, final)
