"""Rows as CSV that is safe to open in a spreadsheet, a line at a time."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils import timezone

# https://owasp.org/www-community/attacks/CSV_Injection, full-width ones included
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def dollars(cents: int) -> str:
    """Return cents as "-1234.56", which add up exactly where they are read as decimals."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cell(value: object) -> str:
    """Return a value as plain text: moments as ISO with the venue's offset, no value as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return safe(str(value))


class _Echo:
    """Hands back what a csv writer writes."""

    def write(self, text: str) -> str:
        return text


def in_pieces(lines: Iterable[str], size: int = 500) -> Iterator[str]:
    """Yield many lines at a time: each piece is a write to the network."""
    rest = iter(lines)
    while piece := "".join(islice(rest, size)):
        yield piece


def written(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield each row as a line of CSV; its cells are text that is safe."""
    writer: Any = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(row)
