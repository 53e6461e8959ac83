"""Handing out the ledger."""

from collections.abc import Iterator

from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from payments.queries.accounting import lines
from payments.queries.accounting_csv import csv_of
from payments.queries.period import Period

PERMISSION = "payments.export_ledger"


def export_ledger(*, period: Period, actor: User) -> Iterator[str]:
    """Return the period's ledger as the lines of a CSV file, and note who asked for it.

    Raises:
        NotAllowed: this person may not.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not export the ledger.")
    dates = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    audit.record("ledger.exported", actor, actor=actor, basis=period.basis, **dates)
    return csv_of(lines(period))
