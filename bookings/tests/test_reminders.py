"""Who is reminded, when, and that it is once."""

import datetime as dt

import pytest

from bookings.models import Booking, Email, Status
from bookings.services.reminders import send_reminders
from bookings.tests.emails.parties import NOW, confirmed, party, saved
from bookings.tests.factories import default_rules

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BEGIN = dt.datetime.fromisoformat("2027-06-12T18:00:00-07:00")

pytestmark = pytest.mark.django_db


def reminded_at(now: dt.datetime) -> list[str]:
    """Send what is due, and return the kinds of the new e-mails."""
    before = set(Email.objects.values_list("pk", flat=True))
    send_reminders(now)
    new = Email.objects.exclude(pk__in=before).order_by("kind")
    return list(new.values_list("kind", flat=True))


def test_an_unpaid_hold_is_reminded_at_half_time_and_once():
    saved(party())
    assert reminded_at(NOW + HOUR - MINUTE) == []
    assert reminded_at(NOW + HOUR) == ["hold_reminder"]
    assert reminded_at(NOW + HOUR + MINUTE) == []


def test_a_hold_that_is_over_or_paid_is_not_reminded():
    saved(party())
    saved(confirmed(reference="H-2", seat=2))
    assert reminded_at(NOW + 2 * HOUR) == []
    Booking.objects.filter(status=Status.PENDING).update(paid=10000)
    assert reminded_at(NOW + HOUR) == []


def test_another_hold_of_the_same_booking_is_reminded_of_again():
    booking = saved(party())
    assert reminded_at(NOW + HOUR) == ["hold_reminder"]
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=NOW + 12 * HOUR)
    assert reminded_at(NOW + 11 * HOUR) == ["hold_reminder"]


def test_the_balance_and_the_party_are_reminded_of_by_the_rules_and_once():
    saved(confirmed())
    assert reminded_at(BEGIN - 72 * HOUR - MINUTE) == []
    assert reminded_at(BEGIN - 72 * HOUR) == ["balance_due"]
    assert reminded_at(BEGIN - 24 * HOUR - MINUTE) == []
    assert reminded_at(BEGIN - 24 * HOUR) == ["party_reminder"]
    assert reminded_at(BEGIN - MINUTE) == []


def test_the_bookings_own_rules_count():
    rules = default_rules(balance_reminder_hours=48, party_reminder_hours=6).to_json()
    saved(confirmed(rules_snapshot=rules))
    assert reminded_at(BEGIN - 49 * HOUR) == []
    assert reminded_at(BEGIN - 48 * HOUR) == ["balance_due"]
    assert reminded_at(BEGIN - 7 * HOUR) == []
    assert reminded_at(BEGIN - 6 * HOUR) == ["party_reminder"]


def test_a_snapshot_older_than_the_rule_takes_its_default():
    rules = default_rules().to_json()
    del rules["balance_reminder_hours"], rules["party_reminder_hours"]
    saved(confirmed(rules_snapshot=rules))
    assert reminded_at(BEGIN - 72 * HOUR) == ["balance_due"]


def test_who_owes_nothing_is_reminded_of_the_party_alone():
    saved(confirmed(paid=64000))
    assert reminded_at(BEGIN - 20 * HOUR) == ["party_reminder"]


@pytest.mark.parametrize("status", ["completed", "canceled", "expired", "no_show"])
def test_only_confirmed_parties_are_reminded_of(status):
    saved(confirmed(status=status, seat=1 if status == "completed" else None))
    assert reminded_at(BEGIN - HOUR) == []


def test_nobody_is_reminded_of_a_party_that_has_begun():
    saved(confirmed())
    assert reminded_at(BEGIN) == []


def test_who_has_just_confirmed_is_left_in_peace_for_half_a_day():
    saved(confirmed(confirmed_at=BEGIN - 60 * HOUR))
    assert reminded_at(BEGIN - 59 * HOUR) == []
    assert reminded_at(BEGIN - 48 * HOUR) == ["balance_due"]


def test_a_party_that_was_moved_is_reminded_of_again():
    booking = saved(confirmed(paid=64000))
    assert reminded_at(BEGIN - 24 * HOUR) == ["party_reminder"]
    later = dt.timedelta(days=7)
    Booking.objects.filter(pk=booking.pk).update(
        date=booking.date + later, starts_at=booking.starts_at + later
    )
    assert reminded_at(BEGIN) == []
    assert reminded_at(BEGIN + later - 24 * HOUR) == ["party_reminder"]


def test_it_costs_the_same_for_one_and_for_many(django_assert_num_queries):
    for hour in (15, 18, 21):
        for seat in (1, 2):
            saved(confirmed(reference=f"H-{hour}-{seat}", time=dt.time(hour), seat=seat))
    send_reminders(BEGIN - 10 * HOUR)
    # The holds, of which there are none; and twice the rule's longest time, who, and who was told.
    with django_assert_num_queries(7):
        send_reminders(BEGIN - 9 * HOUR)
