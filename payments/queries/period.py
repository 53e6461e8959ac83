"""A stretch of the venue's days, and the two dates that a movement of money can count on."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from myhibachi.core.errors import InvalidInput

GRANULARITIES = ("day", "week", "month")
EVENT, CASH = "event", "cash"
# The date it happened on, or the date from which the money was ours to use.
BASES = (EVENT, CASH)
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
MOST_DAYS = 5 * 366


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local dates at the venue, both included, cut into days, weeks from Monday, or months.

    Raises:
        InvalidInput: the dates, the granularity or the basis make no sense.
    """

    first: date
    last: date
    granularity: str = "month"
    basis: str = EVENT

    def __post_init__(self) -> None:
        if self.granularity not in GRANULARITIES:
            raise InvalidInput(f"One of {', '.join(GRANULARITIES)}.", attr="granularity")
        if self.basis not in BASES:
            raise InvalidInput(f"One of {', '.join(BASES)}.", attr="basis")
        if not EARLIEST <= self.first <= LATEST:
            raise InvalidInput("This date is too far away.", attr="from")
        if not self.first <= self.last <= LATEST:
            raise InvalidInput("The last date comes before the first, or too late.", attr="to")
        if self.days > MOST_DAYS:
            raise InvalidInput(f"At most {MOST_DAYS} days at a time.", attr="from")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The moment it begins."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def previous(self) -> "Period | None":
        """As many days, just before; None where that is before all time."""
        last = self.first - timedelta(days=1)
        first = last - timedelta(days=self.days - 1)
        if first < EARLIEST:
            return None
        return replace(self, first=first, last=last)

    @property
    def year_before(self) -> "Period | None":
        """The same dates a year earlier; None where that is before all time."""
        first, last = _year_earlier(self.first), _year_earlier(self.last)
        return replace(self, first=first, last=last) if first >= EARLIEST else None

    @property
    def starts(self) -> list[date]:
        """The first date of every bucket, in order; that of the first may come before ours."""
        days = (self.first + timedelta(days=n) for n in range(self.days))
        return list(dict.fromkeys(bucket_start(day, self.granularity) for day in days))

    def part(self, start: date) -> "Period":
        """Return what is ours of the bucket that begins on `start`."""
        # No bucket is longer than 31 days, so the next one's first date is within the next 32.
        later = (start + timedelta(days=n) for n in range(1, 32))
        next_one = next(day for day in later if bucket_start(day, self.granularity) != start)
        last = min(self.last, next_one - timedelta(days=1))
        return replace(self, first=max(self.first, start), last=last)


def bucket_start(day: date, granularity: str) -> date:
    """Return the first date of the day, week (from Monday) or month that `day` is in."""
    if granularity == "month":
        return day.replace(day=1)
    if granularity == "week":
        return day - timedelta(days=day.weekday())
    return day


def _year_earlier(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins at the venue."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
