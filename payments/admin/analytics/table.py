"""A table of figures: shown as HTML, drawn as a chart, sent as a file, always the same numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from myhibachi.core.csv_text import dollars, safe
from myhibachi.core.money import CURRENCY, format_cents
from payments.queries.period import Period

MONEY, COUNT, RATE = "money", "count", "rate"
ROWS_PAGE = "analytics-rows"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A figure, and where the rows behind it are. Money is cents, a rate from 0 to 1."""

    value: int | float | None
    kind: str = COUNT
    url: str = ""
    # How dark it is shaded, from 0 to 5; None where cells are not.
    heat: int | None = None

    @property
    def text(self) -> str:
        """The figure as people read it."""
        if self.value is None:
            return "–"
        if self.kind == MONEY:
            return format_cents(int(self.value))
        return f"{100 * self.value:.1f}%" if self.kind == RATE else f"{self.value:,}"

    @property
    def raw(self) -> str:
        """The figure as a spreadsheet reads it: dollars, a number, a share of 1."""
        if self.value is None:
            return ""
        return dollars(int(self.value)) if self.kind == MONEY else str(self.value)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line: what it is about, its figures, and where that is."""

    label: str
    cells: tuple[Cell, ...]
    url: str = ""
    # Part of the line above.
    is_sub: bool = False
    # Left out of the page, where nothing happened; a chart has it nevertheless.
    is_quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Series:
    """One column as a chart draws it: its color and pattern stand in `analytics.js`."""

    column: int
    color: str
    shape: str = "bar"
    sign: int = 1
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """How some columns are drawn."""

    says: str
    series: tuple[Series, ...]
    stacked: bool = False
    # Long names stand better beside bars that lie.
    lying: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of figures below a heading. The first of `headings` is that of the rows' labels."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Chart | None = None
    note: str = ""
    empty: str = "Nothing in this period."
    css: str = ""
    shown: tuple[Row, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", tuple(row for row in self.rows if not row.is_quiet))

    @property
    def data_id(self) -> str:
        """The id of the element that holds what is drawn."""
        return f"{self.key}-data"

    @property
    def drawn(self) -> dict[str, Any] | None:
        """What analytics.js draws: cents or counts, each with the address of its rows."""
        if self.chart is None or not self.shown:
            return None
        series = self.chart.series
        kinds = {row.cells[each.column].kind for row in self.rows for each in series}
        return {
            "currency": CURRENCY,
            "unit": MONEY if MONEY in kinds else COUNT,
            "stacked": self.chart.stacked,
            "lying": self.chart.lying,
            "labels": [row.label for row in self.rows],
            "series": [
                {
                    "label": each.label or self.headings[each.column + 1],
                    "color": each.color,
                    "shape": each.shape,
                    "data": [_signed(row.cells[each.column], each.sign) for row in self.rows],
                    "urls": [row.cells[each.column].url for row in self.rows],
                }
                for each in series
            ],
        }

    def lines(self) -> Iterator[tuple[str, ...]]:
        """Yield the lines of its file, the headings first."""
        yield self.headings
        for row in self.rows:
            yield (safe(row.label), *(cell.raw for cell in row.cells))


def rows_url(period: Period, of: str, **filters: object) -> str:
    """Return where the rows of a period are that a figure counts."""
    query = {"of": of, "start": period.first, "end": period.last, "basis": period.basis}
    return f"{reverse(ROWS_PAGE)}?{urlencode(query | filters)}"


def counted(
    value: int | None, period: Period, of: str, kind: str = COUNT, **filters: object
) -> Cell:
    """Return a figure that leads to its rows, where there are any."""
    return Cell(value=value, kind=kind, url=rows_url(period, of, **filters) if value else "")


def bucket_label(start: date, granularity: str) -> str:
    """Return how a day, week or month is called: "Nov 22", "week of Nov 16", "Nov 2026"."""
    if granularity == "month":
        return f"{start:%b %Y}"
    return ("week of " if granularity == "week" else "") + f"{start:%b} {start.day}"


def in_words(code: str) -> str:
    """Return a code as words: "insufficient_funds" is "Insufficient funds"."""
    return code.replace("_", " ").capitalize()


def _signed(cell: Cell, sign: int) -> int | float | None:
    return None if cell.value is None else sign * cell.value
