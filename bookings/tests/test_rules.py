from bookings.models import Booking
from bookings.rules import Rules
from bookings.tests.factories import BookingFactory, default_rules


def test_rules_survive_being_stored(db):
    rules = default_rules(adult_price=6100)

    booking = Booking.objects.get(pk=BookingFactory(rules=rules).pk)

    assert booking.rules == rules


def test_a_snapshot_keeps_working_when_a_rule_is_dropped_later():
    assert Rules.from_json(default_rules().to_json() | {"corkage": 500}) == default_rules()
