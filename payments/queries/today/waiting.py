"""What waits for a person now: how many of each kind, and the most urgent of them.

One query finds the first ids of every kind, and one for each table reads the few rows shown: so
many, whatever waits, and none that reads more than `CAP` rows of a kind.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Model, TextField, Value, Window
from django.db.models.functions import Cast, RowNumber

from payments.queries.today.kinds import Kind, Rows

CAP = 100


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits of one kind: the first rows, and how many there are, or `CAP` + 1."""

    kind: str
    count: int
    rows: tuple[Any, ...]

    @property
    def count_in_words(self) -> str:
        """The count, "100+" where nobody has counted further."""
        return f"{CAP}+" if self.count > CAP else str(self.count)


def waiting(kinds: Iterable[Kind], *, now: dt.datetime, shown: int) -> dict[str, Waiting]:
    """Return what waits of these kinds, those left out of which nothing does.

    Args:
        shown: how many rows of each kind are read.
    """
    by_name = {kind.name: kind for kind in kinds}
    found = _first_ids(by_name.values(), now)
    rows = _read({kind: found.get(name, [])[:shown] for name, kind in by_name.items()})
    return {
        name: Waiting(
            kind=name,
            count=len(ids),
            rows=tuple(rows[name][each] for each in ids[:shown] if each in rows[name]),
        )
        for name, ids in found.items()
    }


def _first_ids(kinds: Iterable[Kind], now: dt.datetime) -> dict[str, list[str]]:
    arms = [_arm(kind, now) for kind in kinds]
    if not arms:
        return {}
    first, *others = arms
    found: dict[str, list[str]] = defaultdict(list)
    # A union promises no order of its own.
    for name, _rank, row_id in sorted(first.union(*others, all=True)):
        found[name].append(row_id)
    return dict(found)


def _arm(kind: Kind, now: dt.datetime) -> Rows:
    """Return one kind's name, ranks and ids, no more than it takes to say "100+"."""
    first = F(kind.by).desc() if kind.newest_first else F(kind.by).asc()
    order = (first, F("pk").asc())
    ranked = kind.rows(now).annotate(
        kind_name=Value(kind.name, output_field=CharField()),
        rank=Window(RowNumber(), order_by=order),
        row_id=Cast("pk", TextField()),
    )
    first_rows: Rows = ranked.order_by(*order).values_list("kind_name", "rank", "row_id")[: CAP + 1]
    return first_rows


def _read(wanted: dict[Kind, list[str]]) -> dict[str, dict[str, Any]]:
    """Return the rows of each kind by id, one query for each table."""
    tables: dict[type[Model], list[Kind]] = defaultdict(list)
    for kind in wanted:
        tables[kind.table].append(kind)
    rows: dict[str, dict[str, Any]] = {}
    for table, kinds in tables.items():
        ids = {each for kind in kinds for each in wanted[kind]}
        # Asked even where nothing waits: so the page costs the same on any day.
        nobody = table._meta.pk.to_python(0)
        # None: without a name, it would join all there is.
        related = kinds[0].related or (None,)
        shown = table._default_manager.select_related(*related).defer(*kinds[0].left_out)
        of_table = {str(pk): row for pk, row in shown.in_bulk(ids or [nobody]).items()}
        rows |= {kind.name: of_table for kind in kinds}
    return rows
