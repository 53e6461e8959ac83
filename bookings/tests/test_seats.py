"""Who gets a place: the service under its lock, and the database whatever the code forgot."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.errors import SlotFull
from bookings.models import Booking, RuleBook, SlotException, Status
from bookings.queries.occupancy import occupancy
from bookings.services.seats import held_to_capacity, take_seat
from bookings.slots import local_date
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory, default_rules

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DATE, SIX, NINE = dt.date(2027, 7, 3), dt.time(18), dt.time(21)
RULES = default_rules()
REFUSED = "booking_seat_within_capacity"


def seat(*, for_waitlist=False, time=SIX):
    with transaction.atomic():
        return take_seat(RULES, date=DATE, time=time, for_waitlist=for_waitlist, now=NOW)


def party(seat, **changes):
    return BookingFactory(date=DATE, time=SIX, seat=seat, **changes)


def allow(capacity, *, time=SIX):
    key = {"date": DATE, "time": time}
    return SlotException.objects.update_or_create(**key, defaults={"capacity": capacity})


def seats_taken():
    held = Booking.objects.holding_slots().filter(date=DATE, time=SIX)
    return sorted(held.values_list("seat", flat=True))


@pytest.mark.django_db
class TestTakeSeat:
    def test_the_lowest_free_seat_is_taken(self):
        assert seat() == 1
        party(1)
        assert seat() == 2
        party(2, status=Status.CONFIRMED)
        with pytest.raises(SlotFull):
            seat()

    def test_extra_chefs_give_more_places_and_a_day_off_none(self):
        party(1)
        party(2)

        allow(3)
        assert seat() == 3
        allow(0)
        with pytest.raises(SlotFull):
            seat()

    def test_an_exception_of_the_time_goes_before_one_of_the_day(self):
        allow(0, time=None)
        with pytest.raises(SlotFull):
            seat()

        allow(1)
        assert seat() == 1
        with pytest.raises(SlotFull):
            seat(time=NINE)

    def test_a_low_seat_is_not_sold_while_higher_ones_fill_the_slot(self):
        allow(3)
        first, second, third = party(1), party(2), party(3)
        allow(2)
        first.move_to(Status.CANCELED)
        first.save()

        with pytest.raises(SlotFull):
            seat()

        second.move_to(Status.CANCELED)
        second.save()
        assert (third.seat, seat()) == (3, 1)

    def test_a_free_place_is_left_to_those_in_line(self):
        party(1)
        WaitlistEntryFactory(date=DATE, time=SIX)
        WaitlistEntryFactory(date=DATE, time=SIX, status="withdrawn")
        WaitlistEntryFactory(date=DATE, time=NINE)

        with pytest.raises(SlotFull):
            seat()
        assert (seat(for_waitlist=True), seat(time=NINE)) == (2, 1)

    def test_one_in_line_leaves_the_second_of_two_places(self):
        WaitlistEntryFactory(date=DATE, time=SIX)

        assert seat() == 1

    def test_a_refusal_names_three_open_slots_around_a_closed_fortnight(self):
        for days in range(-7, 8):
            SlotException.objects.create(date=DATE + dt.timedelta(days), capacity=0)

        with pytest.raises(SlotFull) as refused:
            seat()

        assert refused.value.extra == {
            "open_slots": [
                {"date": "2027-06-25", "time": "21:00"},
                {"date": "2027-07-11", "time": "12:00"},
                {"date": "2027-07-11", "time": "15:00"},
            ]
        }


@pytest.mark.django_db
class TestTheDatabase:
    def test_a_seat_beyond_the_rule_books_is_refused(self):
        party(1)
        party(2)

        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            party(3)
        assert seats_taken() == [1, 2]

    def test_one_seat_in_a_closed_slot_is_refused(self):
        allow(0, time=None)

        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            party(1)

    def test_a_seat_too_high_is_refused_in_an_empty_slot(self):
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            party(3)

    def test_many_rows_in_one_statement_are_held_to_it_too(self):
        allow(3)
        customer = party(3).customer
        allow(2)
        slot = {"customer": customer, "date": DATE, "time": SIX}
        both = [BookingFactory.build(seat=number, **slot) for number in (1, 2)]

        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            Booking.objects.bulk_create(both)
        assert seats_taken() == [3]

    def test_moving_into_a_full_slot_is_refused(self):
        party(1)
        party(2)
        other = BookingFactory(date=DATE, time=NINE, seat=1)

        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            Booking.objects.filter(pk=other.pk).update(time=SIX, seat=3)

    def test_bringing_a_canceled_booking_back_beyond_it_is_refused(self):
        party(1)
        party(2)
        gone = party(None, status=Status.CANCELED)

        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            Booking.objects.filter(pk=gone.pk).update(status=Status.CONFIRMED, seat=3)

    def test_parties_booked_before_the_capacity_fell_stay_and_may_change(self):
        first, second = party(1), party(2)
        allow(1)

        for booking in (first, second):
            booking.notes = "Two high chairs"
            booking.save()
            booking.move_to(Status.CONFIRMED)
            booking.save()

        assert seats_taken() == [1, 2]
        assert set(Booking.objects.values_list("notes", "status")) == {
            ("Two high chairs", "confirmed")
        }

    def test_a_new_rule_book_holds_for_what_is_booked_from_its_day_on(self):
        today = local_date(NOW)
        RuleBook.objects.create(effective_from=today, slot_capacity=1)
        RuleBook.objects.create(effective_from=today + dt.timedelta(days=1), slot_capacity=3)
        # Midnight at the venue, not in UTC.
        late = dt.datetime.fromisoformat("2027-06-01T23:59:59-07:00")

        party(1, created_at=late)
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            party(2, created_at=late)
        for number in (2, 3):
            party(number, created_at=late + dt.timedelta(seconds=1))

    def test_its_refusal_is_a_full_slot_to_whoever_asked(self):
        party(1)
        party(2)

        with (
            pytest.raises(SlotFull) as refused,
            held_to_capacity(date=DATE, time=SIX, now=NOW),
        ):
            party(3)

        assert refused.value.extra == {
            "open_slots": [
                {"date": "2027-07-03", "time": time} for time in ("12:00", "15:00", "21:00")
            ]
        }
        assert seats_taken() == [1, 2]

    def test_another_refusal_stays_what_it_is(self):
        party(1)

        with (
            pytest.raises(IntegrityError, match="booking_one_party_a_seat"),
            held_to_capacity(date=DATE, time=SIX, now=NOW),
        ):
            party(1)

    # The rule is written twice, in Python and in SQL.
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        of_time=st.none() | st.integers(0, 4),
        of_day=st.none() | st.integers(0, 4),
        of_rules=st.none() | st.integers(1, 4),
    )
    def test_it_counts_the_same_places_as_the_code(self, of_time, of_day, of_rules):
        with transaction.atomic():
            for time, capacity in ((SIX, of_time), (None, of_day)):
                if capacity is not None:
                    allow(capacity, time=time)
            if of_rules is not None:
                RuleBook.objects.create(effective_from=dt.date(2027, 1, 1), slot_capacity=of_rules)
            rules = RuleBook.objects.in_force(local_date(NOW)).rules()
            allowed = occupancy(rules, first=DATE, last=DATE).capacity_of(DATE, SIX)

            sold = next(n for n in count(0) if not _can_sell(n + 1))

            transaction.set_rollback(True)
        assert sold == allowed


def _can_sell(number):
    try:
        with transaction.atomic():
            party(number, created_at=NOW)
    except IntegrityError as error:
        if REFUSED not in str(error):
            raise
        return False
    return True


@pytest.mark.django_db
class TestRuleBooksThatHaveBegun:
    @pytest.mark.parametrize(
        "change", [{"adult_price": 1}, {"slot_capacity": 9}, {"effective_from": "2099-01-01"}]
    )
    def test_stay_as_they_are(self, change):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            RuleBook.objects.update(**change)

    def test_are_not_made_by_moving_a_later_one_into_the_past(self):
        book = RuleBook.objects.create(effective_from="2099-01-01")

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            RuleBook.objects.filter(pk=book.pk).update(effective_from="2020-02-01")

    def test_leave_those_to_come_free_to_change(self):
        book = RuleBook.objects.create(effective_from="2099-01-01")

        assert RuleBook.objects.filter(pk=book.pk).update(slot_capacity=3) == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_rows_written_past_the_services_do_not_slip_in_beside_each_other(self):
        """Seats 1 and 2 are free, and 3 is taken from the time when there were three."""
        allow(3)
        customer = party(3).customer
        allow(2)
        refused = []

        def write_another():
            try:
                party(2, customer=customer)
            except IntegrityError as error:
                refused.append(REFUSED in str(error))
            finally:
                connection.close()

        other = Thread(target=write_another)
        with transaction.atomic():
            party(1, customer=customer)
            other.start()
            other.join(timeout=0.3)
            assert other.is_alive()
        other.join(timeout=10)

        assert (refused, seats_taken()) == ([True], [1, 3])

    def test_forty_people_want_the_last_of_three_places_and_one_gets_it(self):
        allow(3)
        customer = party(1).customer
        party(2)

        def take(_):
            try:
                with transaction.atomic():
                    number = take_seat(RULES, date=DATE, time=SIX, now=NOW)
                    return party(number, customer=customer).seat
            except SlotFull:
                return None
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as people:
            answers = list(people.map(take, range(40)))

        assert sorted(answers, key=str) == [3] + [None] * 39
        assert seats_taken() == [1, 2, 3]
