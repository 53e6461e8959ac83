"""When we cook. Pure: the rules and the clock come in.

A slot is a local date and time at the venue; `settings.TIME_ZONE` is the venue's zone.
"""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from bookings.errors import SlotInPast, TooFarAhead, TooSoon, UnknownSlot
from bookings.rules import Rules


def starts_at(date: dt.date, time: dt.time) -> dt.datetime:
    """Return a slot's moment in UTC, whatever daylight saving makes of it."""
    local = dt.datetime.combine(date, time, tzinfo=timezone.get_default_timezone())
    return local.astimezone(dt.UTC)


def local_date(now: dt.datetime) -> dt.date:
    """Return the date at the venue."""
    return now.astimezone(timezone.get_default_timezone()).date()


def times(rules: Rules) -> tuple[dt.time, ...]:
    """Return the times of day a party may start."""
    return tuple(dt.time.fromisoformat(text) for text in rules.slot_times)


def last_date(rules: Rules, now: dt.datetime) -> dt.date:
    """Return the last date that can be booked."""
    return local_date(now) + dt.timedelta(days=rules.horizon_days)


def bookable(
    rules: Rules, *, first: dt.date, last: dt.date, now: dt.datetime
) -> Iterator[tuple[dt.date, dt.time, dt.datetime]]:
    """Yield the slots between two dates, both included, that allow the notice we need.

    Each with its moment in UTC.
    """
    earliest, of_day = _earliest(rules, now), times(rules)
    for day in range(first.toordinal(), last.toordinal() + 1):
        date = dt.date.fromordinal(day)
        for time in of_day:
            if (start := starts_at(date, time)) >= earliest:
                yield date, time, start


def check_bookable(rules: Rules, *, date: dt.date, time: dt.time, now: dt.datetime) -> dt.datetime:
    """Return the slot's moment in UTC.

    Raises:
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the rules don't allow it.
    """
    if time not in times(rules):
        raise UnknownSlot(f"We start at {', '.join(rules.slot_times)}.", attr="time")
    if date > last_date(rules, now):
        raise TooFarAhead(f"We take bookings {rules.horizon_days} days ahead.", attr="date")
    start = starts_at(date, time)
    if start <= now:
        raise SlotInPast("This date is in the past.", attr="date")
    if start < _earliest(rules, now):
        raise TooSoon(f"We need {rules.notice_hours} hours' notice.", attr="date")
    return start


def _earliest(rules: Rules, now: dt.datetime) -> dt.datetime:
    # In UTC: to a moment of the venue's zone, Python would add hours of the clock on the wall.
    return now.astimezone(dt.UTC) + dt.timedelta(hours=rules.notice_hours)
