import datetime as dt

import pytest

from bookings.models import Booking, RuleBook
from bookings.rules import Rules
from bookings.services.rulebook import save_rule_book
from bookings.tests.factories import BookingFactory, default_rules
from myhibachi.core.errors import InvalidInput


def test_rules_survive_being_stored(db):
    rules = default_rules(adult_price=6100)

    booking = Booking.objects.get(pk=BookingFactory(rules=rules).pk)

    assert booking.rules == rules


def test_a_snapshot_keeps_working_when_a_rule_is_dropped_later():
    assert Rules.from_json(default_rules().to_json() | {"corkage": 500}) == default_rules()


def test_the_second_of_two_books_from_one_day_is_refused(db):
    now = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
    day = dt.date(2027, 7, 1)
    first = save_rule_book(book=RuleBook(effective_from=day), actor=None, now=now)

    with pytest.raises(InvalidInput) as refused:
        save_rule_book(book=RuleBook(effective_from=day), actor=None, now=now)

    assert refused.value.attr == "effective_from"
    assert list(RuleBook.objects.filter(effective_from=day)) == [first]
