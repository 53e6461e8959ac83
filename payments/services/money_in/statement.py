"""What a statement says once it is read."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Line:
    """Money that came in, as one line tells of it. Amount in cents; the day is the venue's."""

    number: int
    method: str
    amount: int
    received_on: dt.date
    sender: str = ""
    memo: str = ""
    bank_reference: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class Left:
    """A line that is not imported, and why."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """All that a text says: what came in, what is none of it, what can't be read.

    `asks_about` is a date that may be either of two days, where no date of the text tells.
    """

    lines: tuple[Line, ...] = ()
    skipped: tuple[Left, ...] = ()
    problems: tuple[Left, ...] = ()
    asks_about: str = ""
