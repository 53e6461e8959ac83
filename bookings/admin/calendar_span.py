"""Which days a calendar shows, and where it goes from there."""

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
VIEWS = ("month", "week", "day")
# A month or a week on either side of these is still a date.
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2999, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days from `first` to `last`; `previous` and `following` are dates within the next ones.

    A month is shown in whole weeks, from Sunday on.
    """

    view: str
    date: dt.date
    first: dt.date
    last: dt.date
    previous: dt.date
    following: dt.date

    @property
    def title(self) -> str:
        """What it is called: "July 2027", "Jun 27 – Jul 3, 2027" or a whole date."""
        if self.view == "month":
            return date_format(self.date, "F Y")
        if self.view == "day":
            return date_format(self.date, "l, F j, Y")
        year = "" if self.first.year == self.last.year else ", Y"
        return f"{date_format(self.first, 'M j' + year)} – {date_format(self.last, 'M j, Y')}"


def span(view: str, date: dt.date) -> Span:
    """Return the month, week or day that a date is in."""
    if view == "month":
        return _month(date)
    step = WEEK if view == "week" else DAY
    first = _sunday(date) if view == "week" else date
    return Span(
        view=view,
        date=date,
        first=first,
        last=first + step - DAY,
        previous=date - step,
        following=date + step,
    )


def _month(date: dt.date) -> Span:
    first = date.replace(day=1)
    last = date.replace(day=calendar.monthrange(date.year, date.month)[1])
    return Span(
        view="month",
        date=date,
        first=_sunday(first),
        last=_sunday(last) + WEEK - DAY,
        previous=(first - DAY).replace(day=1),
        following=last + DAY,
    )


def _sunday(date: dt.date) -> dt.date:
    """Return the Sunday on or before a date."""
    return date - DAY * (date.isoweekday() % 7)
