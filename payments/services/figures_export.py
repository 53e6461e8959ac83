"""Handing out a table of figures."""

from collections.abc import Iterable, Iterator

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.csv_text import written
from myhibachi.core.errors import NotAllowed
from payments.queries.period import Period

PERMISSION = "payments.view_analytics"


def export_figures(
    *, table: str, lines: Iterable[Iterable[str]], period: Period, actor: User
) -> Iterator[str]:
    """Return a table as the lines of a CSV file, and note who asked for it.

    Args:
        lines: its cells, already safe to open in a spreadsheet.

    Raises:
        NotAllowed: this person may not.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not export figures.")
    dates = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    audit.record("figures.exported", actor, actor=actor, table=table, basis=period.basis, **dates)
    return written(lines)
