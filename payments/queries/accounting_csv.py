"""The accountant's lines as CSV: dollars with two decimals, safe to open in a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC

from myhibachi.core.csv_text import dollars, safe, written
from payments.queries.accounting import ADJUSTMENT, DISPUTE, FEE, GROSS, REFUND, Line


def _only(column: str) -> Callable[[Line], str]:
    return lambda line: dollars(line.amount if line.column == column else 0)


COLUMNS: dict[str, Callable[[Line], str]] = {
    "date": lambda line: line.event_date.isoformat(),
    "time_utc": lambda line: line.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "cash_date": lambda line: line.cash_date.isoformat() if line.cash_date else "",
    "booking": lambda line: safe(line.booking),
    "method": lambda line: safe(line.method),
    "purpose": lambda line: safe(line.purpose),
    "kind": lambda line: safe(line.kind),
    "gross": _only(GROSS),
    "fee": _only(FEE),
    "refund": _only(REFUND),
    "dispute": _only(DISPUTE),
    "adjustment": _only(ADJUSTMENT),
    "net": lambda line: dollars(line.amount),
    "tax_included": lambda line: dollars(line.tax),
    "where": lambda line: "outside Stripe" if line.outside_stripe else "Stripe",
    "payout": lambda line: safe(line.payout),
    "payout_status": lambda line: safe(line.payout_status),
    "payout_date": lambda line: line.payout_date.isoformat() if line.payout_date else "",
    "balance_transaction": lambda line: safe(line.balance_transaction),
    "payment_intent": lambda line: safe(line.payment_intent),
    "charge": lambda line: safe(line.charge),
    "cause": lambda line: safe(line.cause),
}


def csv_of(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the file's lines, the headings first."""
    yield from written([COLUMNS])
    yield from written([cell(line) for cell in COLUMNS.values()] for line in lines)
