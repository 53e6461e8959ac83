"""Periods that people ask for by name, counted from today at the venue."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

Days = tuple[dt.date | None, dt.date | None]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Preset:
    """A period by its name.

    Attributes:
        days: returns its first and last day, None where it is open, given today.
    """

    label: str
    days: Callable[[dt.date], Days]


def _month(today: dt.date) -> Days:
    return today.replace(day=1), _month_end(today)


def _last_month(today: dt.date) -> Days:
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


def _month_end(today: dt.date) -> dt.date:
    return (today.replace(day=28) + 4 * DAY).replace(day=1) - DAY


TODAY = Preset("Today", lambda today: (today, today))
# Of what has happened.
CREATED = {
    "today": TODAY,
    "7days": Preset("Past 7 days", lambda today: (today - 6 * DAY, today)),
    "month": Preset("This month", _month),
    "last_month": Preset("Last month", _last_month),
}
# Of what is to come, such as parties.
PLANNED = {
    "today": TODAY,
    "week": Preset("Next 7 days", lambda today: (today, today + 7 * DAY)),
    "month": Preset("Next 30 days", lambda today: (today, today + 30 * DAY)),
    "upcoming": Preset("Upcoming", lambda today: (today, None)),
    "past": Preset("Past", lambda today: (None, today - DAY)),
}
