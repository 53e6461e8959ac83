"""Amounts and dates as banks write them."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal

from django.utils import timezone

DateOrder = Literal["month", "day"]

AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d{1,9}(\.\d{1,2})?|\.\d{1,2}")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TAIL = r"(?:[ ,T].*)?"
YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){TAIL}|(\d{{4}})(\d\d)(\d\d)")
YEAR_LAST = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d\d){TAIL}")
MONTH_NAMED = re.compile(rf"([a-z]{{3,9}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){TAIL}", re.I)
DAY_NAMED = re.compile(rf"(\d{{1,2}})[ -]([a-z]{{3,9}})\.?[ ,-]+(\d{{4}}|\d\d){TAIL}", re.I)
WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", re.I)


def cents(text: str) -> int | None:
    """Return the cents that "$1,234.56", "+ $5" or "(5.00)" says; None where it says none."""
    said = re.sub(r"\s|\$|usd", "", text.replace("\u2212", "-"), flags=re.I)
    is_out = said.startswith(("-", "(")) or said.endswith(("-", "DR", "dr"))
    said = re.sub(r"^[-+(]|[-+)]$|(?:CR|DR|cr|dr)$", "", re.sub(r"^\(-", "(", said))
    if not AMOUNT.fullmatch(said):
        return None
    dollars, _, rest = said.replace(",", "").partition(".")
    amount = int(dollars or 0) * 100 + int(rest.ljust(2, "0") or 0)
    return -amount if is_out else amount


def date(text: str, *, order: DateOrder) -> dt.date | None:
    """Return the day that a bank means; None where it is none.

    Args:
        order: which of the two comes first in 11/05/2026.
    """
    said = WEEKDAY.sub("", " ".join(text.split()), count=1)
    parts = _parts(said, order)
    if parts is None:
        return None
    year, month, day = parts
    try:
        found = dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
    return _at_the_venue(said) or found


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """Return which of the two comes first in 11/05/2026; None where these dates can't tell.

    Where the order makes no difference, as in 11/11/2026, it is the country's own.
    """
    pairs = [
        (int(found[1]), int(found[2]))
        for text in texts
        if (found := YEAR_LAST.fullmatch(" ".join(text.split())))
    ]
    if any(second > 12 for _, second in pairs):
        return "month"
    if any(first > 12 for first, _ in pairs):
        return "day"
    return "month" if all(first == second for first, second in pairs) else None


def _parts(said: str, order: DateOrder) -> tuple[int, int, int] | None:
    if found := YEAR_FIRST.fullmatch(said):
        year, month, day = (part for part in found.groups() if part)
        return int(year), int(month), int(day)
    if found := YEAR_LAST.fullmatch(said):
        first, second, year = map(int, found.groups())
        return (year, first, second) if order == "month" else (year, second, first)
    if found := MONTH_NAMED.fullmatch(said):
        return int(found[3]), _month(found[1]), int(found[2])
    if found := DAY_NAMED.fullmatch(said):
        return int(found[3]), _month(found[2]), int(found[1])
    return None


def _month(name: str) -> int:
    """Return its number; 0, which no date has, where it is none."""
    short = name.lower()[:3]
    return MONTHS.index(short) + 1 if short in MONTHS else 0


def _at_the_venue(said: str) -> dt.date | None:
    """Return the venue's day of a moment that names its zone; it may be the one before."""
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError:
        return None
    return timezone.localdate(moment) if moment.tzinfo else None
