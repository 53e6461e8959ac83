"""What an import would do, line by line. Nothing is stored."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from payments.models import MoneyIn
from payments.services.money_in.lookalikes import lookalikes
from payments.services.money_in.match import Match, matches
from payments.services.money_in.parse import parse
from payments.services.money_in.statement import Left, Line
from payments.services.money_in.suggest import Suggestion, suggestions
from payments.services.money_in.values import DateOrder

# A page of them is as much as anybody reads.
SUGGESTED = 100


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What becomes of one line: recorded on `booking`, put in the inbox, or known already."""

    line: Line
    becomes: Literal["recorded", "inbox", "known"]
    match: Match | None = None
    known: MoneyIn | None = None
    reason: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What becomes of a statement. `asks_about` is a date that a person has to explain first."""

    planned: tuple[Planned, ...]
    skipped: tuple[Left, ...]
    problems: tuple[Left, ...]
    asks_about: str

    def of(self, becomes: str) -> tuple[Planned, ...]:
        """Return the lines that become this."""
        return tuple(each for each in self.planned if each.becomes == becomes)

    @property
    def digest(self) -> str:
        """What tells this plan from another one: a person agrees to exactly this."""
        said = [
            (
                each.line.fingerprint,
                each.becomes,
                str(each.match.booking.pk) if each.match and each.match.booking else "",
            )
            for each in self.planned
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def plan_import(
    *,
    text: str,
    method: str = "",
    date_order: DateOrder | None = None,
    suggested: int = SUGGESTED,
    now: dt.datetime,
) -> Plan:
    """Return what importing this text would do now.

    Args:
        suggested: for how many lines that name no booking likely ones are looked for.

    Raises:
        InvalidInput: there is nothing in it, or too much.
    """
    today = timezone.localdate(now)
    statement = parse(text, method=method, date_order=date_order, today=today)
    lines, twice = _once(statement.lines)
    return Plan(
        planned=tuple(_planned(lines, suggested)),
        skipped=tuple(sorted((*statement.skipped, *twice), key=lambda left: left.number)),
        problems=statement.problems,
        asks_about=statement.asks_about,
    )


def _once(lines: Sequence[Line]) -> tuple[list[Line], list[Left]]:
    """Return the lines without those that the text has twice under one number of the bank."""
    first: dict[str, Line] = {}
    twice = []
    for line in lines:
        before = first.setdefault(line.fingerprint, line)
        if before is not line:
            reason = f"The same as line {before.number}: {line.bank_reference}."
            twice.append(Left(number=line.number, text=line.memo or line.sender, reason=reason))
    return list(first.values()), twice


def _planned(lines: list[Line], suggested: int) -> list[Planned]:
    prints = [line.fingerprint for line in lines]
    rows = MoneyIn.objects.select_related("booking").filter(fingerprint__in=prints)
    known = {row.fingerprint: row for row in rows}
    # What is in the inbox is looked at again: since then it may have become clear.
    open_lines = [line for line in lines if _is_open(known.get(line.fingerprint))]
    named = matches(open_lines)
    alike = lookalikes(open_lines)
    unnamed = [line for line, match in zip(open_lines, named, strict=True) if not match]
    asked = unnamed[:suggested]
    likely = dict(
        zip(
            (line.fingerprint for line in asked),
            suggestions(asked, [None] * len(asked)),
            strict=True,
        )
    )
    opened = {
        line.fingerprint: _decided(
            line,
            match,
            likely.get(line.fingerprint, ()),
            alike.get(line.fingerprint, ""),
            known.get(line.fingerprint),
        )
        for line, match in zip(open_lines, named, strict=True)
    }
    return [
        opened.get(line.fingerprint)
        or Planned(line=line, becomes="known", known=known[line.fingerprint])
        for line in lines
    ]


def _is_open(row: MoneyIn | None) -> bool:
    return row is None or (row.status == MoneyIn.Status.UNMATCHED and row.booking_id is None)


def _decided(
    line: Line,
    match: Match | None,
    likely: tuple[Suggestion, ...],
    alike: str,
    known: MoneyIn | None,
) -> Planned:
    reason = alike or (match.refusal if match else "")
    if match and match.booking and not reason:
        return Planned(line=line, becomes="recorded", match=match, known=known)
    return Planned(
        line=line,
        becomes="known" if known else "inbox",
        known=known,
        match=match,
        reason=reason,
        suggestions=likely,
    )
