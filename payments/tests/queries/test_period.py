"""Stretches of the venue's days."""

import itertools
from datetime import date

from payments.queries.period import Period


def test_a_year_before_has_the_same_dates_and_no_leap_day():
    leap = Period(first=date(2024, 2, 29), last=date(2024, 3, 10), granularity="day", basis="cash")
    assert leap.year_before == Period(
        first=date(2023, 2, 28), last=date(2023, 3, 10), granularity="day", basis="cash"
    )
    assert Period(first=date(2000, 5, 1), last=date(2000, 5, 2)).year_before is None


def test_the_parts_of_a_period_are_all_of_it_and_nothing_twice():
    for granularity in ("day", "week", "month"):
        period = Period(first=date(2026, 1, 30), last=date(2026, 3, 9), granularity=granularity)
        parts = [period.part(start) for start in period.starts]
        assert (parts[0].first, parts[-1].last) == (period.first, period.last)
        assert sum(part.days for part in parts) == period.days
        assert all(one.last < two.first for one, two in itertools.pairwise(parts))


def test_the_first_week_may_begin_before_its_period():
    period = Period(first=date(2026, 6, 3), last=date(2026, 6, 9), granularity="week")
    assert period.starts == [date(2026, 6, 1), date(2026, 6, 8)]
    assert period.part(date(2026, 6, 1)).first == date(2026, 6, 3)
