import datetime as dt

import pytest
from django.utils import timezone

from bookings.fees import move_fee
from bookings.slots import starts_at
from bookings.tests.factories import default_rules

START = starts_at(dt.date(2027, 7, 3), dt.time(18))
VENUE = timezone.get_default_timezone()
HOURS, MINUTE, SECOND = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
RULE = (
    "The first move is free when made 48 hours or more before the party; any other costs $200.00."
)


def fee(before, *, move=1, start=START, **rules):
    """Return the fee of a move this long before the party."""
    return move_fee(default_rules(**rules), move=move, starts_at=start, now=start - before)


@pytest.mark.parametrize(
    ("move", "before", "cents"),
    [
        pytest.param(1, dt.timedelta(days=90), 0, id="first, long before"),
        pytest.param(1, 48 * HOURS + MINUTE, 0, id="first, a minute early"),
        pytest.param(1, 48 * HOURS, 0, id="first, just in time"),
        pytest.param(1, 48 * HOURS - SECOND, 20000, id="first, a second late"),
        pytest.param(1, 48 * HOURS - MINUTE, 20000, id="first, a minute late"),
        pytest.param(1, MINUTE, 20000, id="first, a minute before the party"),
        pytest.param(2, dt.timedelta(days=90), 20000, id="second, long before"),
        pytest.param(2, 48 * HOURS, 20000, id="second, just in time"),
        pytest.param(2, 47 * HOURS, 20000, id="second, late"),
        pytest.param(3, dt.timedelta(days=90), 20000, id="third"),
    ],
)
def test_the_first_move_is_free_when_early_and_any_other_costs(move, before, cents):
    assert fee(before, move=move).amount == cents


@pytest.mark.parametrize(
    ("day", "clock", "cents"),
    [
        # On March 14 two o'clock is three: noon to noon over it is 47 hours.
        ("2027-03-15", "2027-03-13T12:00", 20000),
        ("2027-03-15", "2027-03-13T11:00", 0),
        ("2027-03-15", "2027-03-13T11:01", 20000),
        # On November 7 one o'clock comes twice: noon to noon over it is 49 hours.
        ("2027-11-08", "2027-11-06T12:00", 0),
        ("2027-11-08", "2027-11-06T13:00", 0),
        ("2027-11-08", "2027-11-06T13:01", 20000),
    ],
)
def test_the_notice_counts_in_real_hours_when_the_clocks_change(day, clock, cents):
    start = starts_at(dt.date.fromisoformat(day), dt.time(12))
    now = dt.datetime.fromisoformat(clock).replace(tzinfo=VENUE)

    found = [
        move_fee(default_rules(), move=1, starts_at=moment, now=now)
        for moment in (start, start.astimezone(VENUE))
    ]

    assert [each.amount for each in found] == [cents, cents]


@pytest.mark.parametrize(
    ("before", "move", "words"),
    [
        (dt.timedelta(days=9, hours=3), 1, "This is move 1, 9 days before."),
        (dt.timedelta(days=4) - SECOND, 2, "This is move 2, 95 hours 59 minutes before."),
        (48 * HOURS, 1, "This is move 1, 48 hours before."),
        (48 * HOURS - SECOND, 1, "This is move 1, 47 hours 59 minutes before."),
        (HOURS + MINUTE, 1, "This is move 1, 1 hour 1 minute before."),
    ],
)
def test_the_rule_is_quoted_with_its_numbers(before, move, words):
    assert fee(before, move=move).rule == f"{RULE} {words}"


@pytest.mark.parametrize(
    ("rules", "words", "cents"),
    [
        ({"free_reschedules": 0}, "Each move costs $200.00.", 20000),
        (
            {"free_reschedules": 2, "reschedule_notice_hours": 24, "reschedule_fee": 5050},
            "The first 2 moves are free when made 24 hours or more before the party; any other "
            "costs $50.50.",
            0,
        ),
        ({"reschedule_fee": 0}, RULE.replace("$200.00", "$0.00"), 0),
    ],
)
def test_another_rule_book_says_otherwise(rules, words, cents):
    found = fee(30 * HOURS if rules.get("reschedule_notice_hours") else 60 * HOURS, **rules)

    assert (found.amount, found.rule.split(" This is")[0]) == (cents, words)
