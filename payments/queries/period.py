"""A stretch of the venue's days, and the two dates that a movement of money can count on."""

from dataclasses import dataclass
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
        return Period(first=first, last=last, granularity=self.granularity, basis=self.basis)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins at the venue."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
