"""What somebody pasted or uploaded, taken apart into rows of cells."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from myhibachi.core.errors import InvalidInput

MAX_BYTES = 1_000_000
MAX_LINES = 2000
# A quoted cell may go on over line breaks, but a forgotten mark must not swallow the rest.
MAX_LINES_A_ROW = 10


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, and the number and text of the line it begins in."""

    number: int
    text: str
    cells: tuple[str, ...]


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 with or without a mark, else what Windows writes.

    Raises:
        InvalidInput: it is too large, or no text.
    """
    if len(content) > MAX_BYTES:
        raise InvalidInput("This file is too large: at most 1 MB.", attr="file")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise InvalidInput("This is no text file. Export CSV from the bank.", attr="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lines_of(text: str) -> list[str]:
    """Return the lines of a text.

    Raises:
        InvalidInput: there are none, or too many.
    """
    if len(text) > MAX_BYTES:
        raise InvalidInput("This is too much at once: at most 1 MB.", attr="text")
    clean = "".join(
        " " if letter == "\xa0" else letter
        for letter in text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if letter.isprintable() or letter in "\n\t\xa0"
    )
    found = clean.split("\n")
    if not clean.strip():
        raise InvalidInput("There is nothing to import.", attr="text")
    if len(found) > MAX_LINES:
        raise InvalidInput(f"Too many lines at once: at most {MAX_LINES}.", attr="text")
    return found


def rows_of(lines: list[str], *, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty. A line whose quotation mark never closes is one by itself.

    Args:
        delimiter: what stands between cells; "" where a line is one cell.
    """
    number = 0
    while number < len(lines):
        count, cells = _first_row(lines[number : number + MAX_LINES_A_ROW], delimiter)
        if any(cells):
            text = "\n".join(lines[number : number + count]).strip()
            yield Row(number=number + 1, text=text, cells=cells)
        number += count


def _first_row(lines: list[str], delimiter: str) -> tuple[int, tuple[str, ...]]:
    """Return how many lines the first row takes, and its cells."""
    if not delimiter:
        return 1, _clean(lines[:1])
    for count in range(1, len(lines) + 1):
        try:
            rows = _read(lines[:count], delimiter, strict=True)
        except csv.Error:
            continue
        if len(rows) == 1:
            return count, _clean(rows[0])
    quoting = csv.QUOTE_NONE if lines[0].count('"') % 2 else csv.QUOTE_MINIMAL
    return 1, _clean(_read(lines[:1], delimiter, quoting=quoting)[0])


def _read(lines: list[str], delimiter: str, **how: Any) -> list[list[str]]:
    ended = (f"{line}\n" for line in lines)
    return list(csv.reader(ended, delimiter=delimiter, skipinitialspace=delimiter != "\t", **how))


def _clean(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in cells)
