"""What a move is asked to do, and what it comes to."""

import datetime as dt
from dataclasses import asdict, dataclass, fields
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where to, and on what terms. Money in cents.

    Attributes:
        date, time: local to the venue.
        expected_fee: what the person was shown; at another fee nothing is moved.
        reason: the person's own words.
        move_id: chosen by the caller before the first try; the same call again returns what the
            first one did, and moves nothing.
    """

    date: dt.date
    time: dt.time
    expected_fee: int | None = None
    waive_fee: bool = False
    reason: str = ""
    move_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MoveOutcome:
    """What a move does, or has done. Money in cents.

    Attributes:
        fee: what it adds to the bill; `waived` is what it would have added.
        rule: the rule with its own numbers, as a customer reads it.
    """

    old_date: dt.date
    old_time: dt.time
    date: dt.date
    time: dt.time
    fee: int
    waived: int
    rule: str
    old_total: int
    total: int
    paid: int
    balance: int

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        when = {
            "old_date": self.old_date.isoformat(),
            "old_time": f"{self.old_time:%H:%M}",
            "date": self.date.isoformat(),
            "time": f"{self.time:%H:%M}",
        }
        return asdict(self) | when

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote, among other things."""
        values = {field.name: data[field.name] for field in fields(cls)}
        for name in ("old_date", "date"):
            values[name] = dt.date.fromisoformat(values[name])
        for name in ("old_time", "time"):
            values[name] = dt.time.fromisoformat(values[name])
        return cls(**values)
