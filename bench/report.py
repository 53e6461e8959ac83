"""What was measured, as a table; and what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

LIMIT_MS = 300
# They add up, or show, all that a month or a year has.
PERIODS, PERIODS_LIMIT_MS = ("analytics", "accounting", "bookings_booking_calendar"), 2000
SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a page took; `small_…` is the same page with a few rows, where it was there.

    Its queries are the most that a page of its kind asked for there.

    Attributes:
        counts_all: whether a statement counts rows without a limit.
        of_object: whether it is the page of one object, or below it.
    """

    name: str
    url: str
    ms: float
    queries: int
    counts_all: bool
    of_object: bool = False
    is_broken: bool = False
    small_ms: float | None = None
    small_queries: int | None = None

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, in words."""
        found = ["answers 500"] if self.is_broken else []
        if self.ms > (PERIODS_LIMIT_MS if self.name.startswith(PERIODS) else LIMIT_MS):
            found.append("slow")
        # One object has more to show than another.
        is_fixed = not self.of_object and self.small_queries is not None
        if is_fixed and self.queries > (self.small_queries or 0):
            found.append(f"queries grow from {self.small_queries}")
        if " list" in self.name and self.counts_all:
            found.append("counts to the end")
        return found


def report(pages: list[Measured]) -> int:
    """Print the slowest pages and the wrong ones, and return the exit code."""
    slowest = sorted(pages, key=lambda page: -page.ms)
    wrong = [page for page in slowest if page.faults]
    print(f"\n{'median':>9}  {'few rows':>9}  {'ratio':>5}  {'queries':>7}  page")
    _print(slowest[:SHOWN])
    if wrong:
        print("\nWrong:")
        _print(wrong)
    print(f"\n{len(pages)} pages, {len(wrong)} of them wrong.")
    return 1 if wrong else 0


def _print(pages: Iterable[Measured]) -> None:
    for page in pages:
        small = f"{page.small_ms:6.0f} ms" if page.small_ms else f"{'–':>9}"
        ratio = f"{page.ms / page.small_ms:5.1f}" if page.small_ms else f"{'–':>5}"
        faults = f"  [{', '.join(page.faults)}]" if page.faults else ""
        print(f"{page.ms:6.0f} ms  {small}  {ratio}  {page.queries:7}  {page.name}{faults}")
