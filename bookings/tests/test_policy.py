"""The cancellation table, to the minute at each edge."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import slots
from bookings.policy import Cancellation, Rule, cancellation
from bookings.tests.factories import default_rules

PARTY = slots.starts_at(dt.date(2026, 6, 20), dt.time(18))
MINUTE = dt.timedelta(minutes=1)
DEPOSIT = 10000

EARLY = "7 days or more before the party: all of it back."
MIDDLE = (
    "Less than 7 days, but 48 hours or more before the party: all but the deposit of $100.00 back."
)
LATE = (
    "Less than 48 hours before the party: half of what was paid beyond the deposit of $100.00 back."
)
MIDDLE_MOVED = f"Moved l{MIDDLE[1:]}"
LATE_MOVED = f"Moved l{LATE[1:]}"
BEGUN = "The party has begun: nothing back."
UNCONFIRMED = "Not confirmed yet: all of it back."


def before(days: int = 0, hours: int = 0, minutes: int = 0) -> dt.timedelta:
    return dt.timedelta(days=days, hours=hours, minutes=minutes)


def ask(
    left: dt.timedelta,
    paid: int,
    *,
    confirmed: bool = True,
    moved_in: Rule | None = None,
    **rules: int,
) -> Cancellation:
    return cancellation(
        default_rules(**rules),
        paid=paid,
        deposit_due=DEPOSIT,
        starts_at=PARTY,
        now=PARTY - left,
        confirmed=confirmed,
        moved_in=moved_in,
    )


@pytest.mark.parametrize(
    ("left", "paid", "rule", "refund", "kept"),
    [
        # Paid in full, over time.
        (before(days=365), 55000, Rule.EARLY, 55000, 0),
        (before(hours=168, minutes=1), 55000, Rule.EARLY, 55000, 0),
        (before(hours=168), 55000, Rule.EARLY, 55000, 0),
        (before(hours=167, minutes=59), 55000, Rule.ALL_BUT_DEPOSIT, 45000, 10000),
        (before(days=4), 55000, Rule.ALL_BUT_DEPOSIT, 45000, 10000),
        (before(hours=48, minutes=1), 55000, Rule.ALL_BUT_DEPOSIT, 45000, 10000),
        (before(hours=48), 55000, Rule.ALL_BUT_DEPOSIT, 45000, 10000),
        (before(hours=47, minutes=59), 55000, Rule.LATE, 22500, 32500),
        (before(hours=1), 55000, Rule.LATE, 22500, 32500),
        (before(minutes=1), 55000, Rule.LATE, 22500, 32500),
        (before(), 55000, Rule.BEGUN, 0, 55000),
        (-before(minutes=1), 55000, Rule.BEGUN, 0, 55000),
        (-before(days=3), 55000, Rule.BEGUN, 0, 55000),
        # The deposit alone.
        (before(hours=168), 10000, Rule.EARLY, 10000, 0),
        (before(hours=167, minutes=59), 10000, Rule.ALL_BUT_DEPOSIT, 0, 10000),
        (before(hours=48), 10000, Rule.ALL_BUT_DEPOSIT, 0, 10000),
        (before(hours=47, minutes=59), 10000, Rule.LATE, 0, 10000),
        # Less than the deposit, such as after a refund.
        (before(hours=168), 4000, Rule.EARLY, 4000, 0),
        (before(hours=48), 4000, Rule.ALL_BUT_DEPOSIT, 0, 4000),
        (before(hours=47, minutes=59), 4000, Rule.LATE, 0, 4000),
        # Nothing, and less than nothing, which a refund and a dispute of one charge leave.
        (before(hours=168), 0, Rule.EARLY, 0, 0),
        (before(hours=47, minutes=59), 0, Rule.LATE, 0, 0),
        (before(hours=168), -10000, Rule.EARLY, 0, 0),
        # More than the bill.
        (before(hours=168), 65000, Rule.EARLY, 65000, 0),
        (before(hours=48), 65000, Rule.ALL_BUT_DEPOSIT, 55000, 10000),
        (before(hours=47, minutes=59), 65000, Rule.LATE, 27500, 37500),
        # Odd cents: half a cent is the customer's.
        (before(hours=47, minutes=59), 10001, Rule.LATE, 1, 10000),
        (before(hours=47, minutes=59), 10002, Rule.LATE, 1, 10001),
        (before(hours=47, minutes=59), 55555, Rule.LATE, 22778, 32777),
    ],
)
def test_the_table(left: dt.timedelta, paid: int, rule: Rule, refund: int, kept: int):
    sentences = {
        Rule.EARLY: EARLY,
        Rule.ALL_BUT_DEPOSIT: MIDDLE,
        Rule.LATE: LATE,
        Rule.BEGUN: BEGUN,
    }
    assert ask(left, paid) == Cancellation(
        rule=rule, sentence=sentences[rule], refund=refund, kept=kept
    )


@pytest.mark.parametrize("left", [before(days=30), before(hours=1), -before(hours=1)])
def test_a_pending_booking_gives_all_of_it_back(left: dt.timedelta):
    assert ask(left, 4000, confirmed=False) == Cancellation(
        rule=Rule.UNCONFIRMED, sentence=UNCONFIRMED, refund=4000, kept=0
    )


@pytest.mark.parametrize(
    ("moved_in", "left", "found"),
    [
        (Rule.ALL_BUT_DEPOSIT, before(days=60), (Rule.ALL_BUT_DEPOSIT, 45000, MIDDLE_MOVED)),
        (Rule.LATE, before(days=60), (Rule.LATE, 22500, LATE_MOVED)),
        (Rule.LATE, before(days=4), (Rule.LATE, 22500, LATE_MOVED)),
        (Rule.ALL_BUT_DEPOSIT, before(days=4), (Rule.ALL_BUT_DEPOSIT, 45000, MIDDLE)),
        (Rule.ALL_BUT_DEPOSIT, before(hours=47), (Rule.LATE, 22500, LATE)),
        (Rule.LATE, before(), (Rule.BEGUN, 0, BEGUN)),
    ],
)
def test_a_move_wins_no_window_back(moved_in: Rule, left: dt.timedelta, found):
    said = ask(left, 55000, moved_in=moved_in)
    assert (said.rule, said.refund, said.sentence) == found


def test_what_is_not_confirmed_gives_all_of_it_back_however_it_was_moved():
    assert ask(before(hours=1), 4000, confirmed=False, moved_in=Rule.LATE).refund == 4000


@pytest.mark.parametrize(
    ("party", "clocks"),
    [
        (dt.date(2026, 3, 8), "forward"),
        (dt.date(2026, 3, 9), "forward"),
        (dt.date(2026, 11, 1), "back"),
        (dt.date(2026, 11, 2), "back"),
    ],
)
@pytest.mark.parametrize(
    ("hours", "at_the_edge", "a_minute_later"),
    [(168, Rule.EARLY, Rule.ALL_BUT_DEPOSIT), (48, Rule.ALL_BUT_DEPOSIT, Rule.LATE)],
)
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
def test_windows_count_real_hours_though_the_clocks_change_in_between(
    party: dt.date, clocks: str, hours: int, at_the_edge: Rule, a_minute_later: Rule, zone: str
):
    starts_at = slots.starts_at(party, dt.time(18))
    edge = starts_at - dt.timedelta(hours=hours)
    local = edge.astimezone(ZoneInfo("America/Los_Angeles"))
    # On the wall it is another hour than the party's: the clocks did change.
    assert local.hour == {"forward": 17, "back": 19}[clocks]

    def rule(now: dt.datetime) -> Rule:
        return cancellation(
            default_rules(),
            paid=55000,
            deposit_due=DEPOSIT,
            starts_at=starts_at.astimezone(ZoneInfo(zone)),
            now=now.astimezone(ZoneInfo(zone)),
            confirmed=True,
        ).rule

    assert (rule(edge), rule(edge + MINUTE)) == (at_the_edge, a_minute_later)


@pytest.mark.parametrize(
    ("rules", "left", "sentence", "refund"),
    [
        (
            {"cancel_full_refund_hours": 240, "cancel_keep_deposit_hours": 72},
            before(days=9),
            "Less than 10 days, but 3 days or more before the party: "
            "all but the deposit of $100.00 back.",
            45000,
        ),
        (
            {"cancel_keep_deposit_hours": 1, "late_cancel_refund_percent": 25},
            before(minutes=59),
            "Less than 1 hour before the party: "
            "25 % of what was paid beyond the deposit of $100.00 back.",
            11250,
        ),
        (
            {"late_cancel_refund_percent": 0},
            before(hours=1),
            "Less than 48 hours before the party: "
            "nothing of what was paid beyond the deposit of $100.00 back.",
            0,
        ),
    ],
)
def test_the_bookings_own_rules_decide_and_are_quoted(rules, left, sentence, refund):
    found = ask(left, 55000, **rules)
    assert (found.sentence, found.refund) == (sentence, refund)


@given(
    paid=st.integers(-100_000, 10_000_000),
    later=st.integers(-50_000, 50_000),
    between=st.integers(0, 50_000),
    percent=st.integers(0, 100),
)
def test_it_adds_up_and_waiting_never_pays(paid: int, later: int, between: int, percent: int):
    late = ask(later * MINUTE, paid, late_cancel_refund_percent=percent)
    early = ask((later + between) * MINUTE, paid, late_cancel_refund_percent=percent)
    assert late.refund + late.kept == early.refund + early.kept == max(paid, 0)
    assert 0 <= late.refund <= early.refund
