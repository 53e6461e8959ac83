"""From a bank's, Venmo's or Zelle's statement to the money that came in."""

import datetime as dt
import re
from dataclasses import replace

from payments.models import Payment
from payments.services.money_in import values
from payments.services.money_in.columns import Table, table_of
from payments.services.money_in.fingerprint import with_fingerprints
from payments.services.money_in.rows import Row, lines_of
from payments.services.money_in.statement import Left, Line, Statement

Method = Payment.Method
IN, OUT = ("credit", "cr"), ("debit", "dr", "withdrawal", "payment sent", "sent")
# What Venmo and Zelle say of money that is there.
ARRIVED = (
    "", "complete", "completed", "issued", "posted", "cleared", "deposited", "received", "success",
    "successful", "paid", "settled", "*",
)  # fmt: skip
# Words of the line itself, then of the head of the statement.
SAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bzelle\b", re.I), Method.ZELLE),
    (re.compile(r"\bvenmo\b", re.I), Method.VENMO),
    (re.compile(r"\b(check|cheque|mobile deposit|remote deposit)\b", re.I), Method.CHECK),
    (re.compile(r"\b(cash deposit|atm cash)\b", re.I), Method.CASH),
)
# Counted already: card payments by Stripe, Venmo's by its own statement.
MOVED = re.compile(r"\bstripe\b|\bvenmo\b.*\b(cash ?out|transfer|payout)\b", re.I)
# "Zelle payment from JANE DOE for …; Conf# …": names have no digits, and end at these words.
FROM = re.compile(r"\b(?:from|sent by)[: ]+(?P<name>[^;\"(]+)", re.I)
NAME_ENDS = re.compile(r"\s(?:for|on|conf|conf#|ref|ref#|memo|via|web|id|#)\b.*|\s\S*\d.*", re.I)
# In the evening, a bank in the east is a day ahead of the venue.
AHEAD = dt.timedelta(days=1)
SENDER_LENGTH, MEMO_LENGTH, REFERENCE_LENGTH = 200, 500, 200


class _Skip(Exception):
    """This line is none of ours."""


class _Unreadable(Exception):
    """Something is wrong with this line."""


def parse(
    text: str, *, method: str = "", date_order: values.DateOrder | None = None, today: dt.date
) -> Statement:
    """Read a statement, pasted or from a file.

    Args:
        method: how all of it came; left out, each line or the statement's head says so.
        date_order: what comes first in 11/05/2026, if a person has said so.
        today: at the venue; nothing came later, but for a bank's own midnight.

    Raises:
        InvalidInput: there is nothing, or too much.
    """
    table = table_of(lines_of(text))
    dates = [table.cell(row, "date") for row in table.rows]
    order = date_order or values.order_of(dates)
    if order is None:
        open_ones = (date for date in dates if values.order_of([date]) is None)
        return Statement(asks_about=next(open_ones))
    lines, skipped, problems = [], [], []
    for row in table.rows:
        try:
            lines.append(_line(table, row, method=method, order=order, today=today))
        except _Skip as why:
            skipped.append(Left(number=row.number, text=row.text, reason=str(why)))
        except _Unreadable as why:
            problems.append(Left(number=row.number, text=row.text, reason=str(why)))
    # Told apart by the whole of what they say; kept as far as it fits.
    fit = (_shortened(line) for line in with_fingerprints(lines))
    return Statement(lines=tuple(fit), skipped=tuple(skipped), problems=tuple(problems))


def _shortened(line: Line) -> Line:
    return replace(
        line,
        sender=line.sender[:SENDER_LENGTH],
        memo=line.memo[:MEMO_LENGTH],
        bank_reference=line.bank_reference[:REFERENCE_LENGTH],
    )


def _line(table: Table, row: Row, *, method: str, order: values.DateOrder, today: dt.date) -> Line:
    amount = _amount(table, row)
    day = _day(table, row, order=order, today=today)
    words = " ".join(table.cell(row, role) for role in ("direction", "sender", "description"))
    if MOVED.search(words):
        raise _Skip("Moved from Stripe or Venmo, where it is counted already.")
    if table.cell(row, "status").lower() not in ARRIVED:
        raise _Skip(f"Not there yet, or not any more: {table.cell(row, 'status')}.")
    how = method or _method(f"{words} {table.cell(row, 'memo')}") or _method(table.above)
    if not how:
        raise _Skip("Says nothing of Zelle, Venmo, cash or a check. Choose above to import it.")
    return Line(
        number=row.number,
        method=how,
        amount=amount,
        received_on=day,
        sender=_sender(table, row),
        memo=_memo(table, row),
        bank_reference=table.cell(row, "reference"),
    )


def _amount(table: Table, row: Row) -> int:
    """Return the cents that came in."""
    written = table.cell(row, "amount")
    if not written:
        written = table.cell(row, "credit")
        if not written and table.cell(row, "debit"):
            raise _Skip("Went out.")
    if not written:
        _refuse_nothing(table, row)
    amount = values.cents(written)
    if amount is None:
        raise _Unreadable(f"“{written}” is no amount of dollars.")
    says = table.cell(row, "direction").lower()
    if amount < 0 or says in OUT:
        raise _Skip("Went out.")
    if amount == 0:
        raise _Skip("Nothing moved.")
    return amount


def _refuse_nothing(table: Table, row: Row) -> None:
    """A balance or a heading of the bank's own has no day or no amount, and is no payment."""
    has_day = bool(table.cell(row, "date"))
    words = table.cell(row, "description") or table.cell(row, "sender")
    if not has_day or re.search(r"\bbalance\b", words, re.I):
        raise _Skip("No payment: the bank's own words.")
    raise _Unreadable("It has no amount.")


def _day(table: Table, row: Row, *, order: values.DateOrder, today: dt.date) -> dt.date:
    written = table.cell(row, "date")
    if not written:
        raise _Unreadable("It has no date.")
    day = values.date(written, order=order)
    if day is None:
        raise _Unreadable(f"“{written}” is no date.")
    if day > today + AHEAD:
        raise _Unreadable(f"{day:%B} {day.day}, {day.year} has not come yet.")
    return day


def _method(words: str) -> str:
    return next((method for pattern, method in SAYS if pattern.search(words)), "")


def _sender(table: Table, row: Row) -> str:
    """Return who sent it, as far as the line says."""
    # What Venmo calls a charge was asked for by us: the one who paid stands under "To".
    is_asked_for = table.cell(row, "direction").lower() in ("charge", "request")
    named = table.cell(row, "recipient" if is_asked_for else "sender")
    if named and not _method(named):
        return named
    found = FROM.search(named or table.cell(row, "description"))
    return NAME_ENDS.sub("", f"{found['name']} ").strip(" ,.-*") if found else ""


def _memo(table: Table, row: Row) -> str:
    """Return what the sender wrote, and what the bank wrote around it."""
    named = table.cell(row, "sender")
    said = (
        table.cell(row, "memo"),
        table.cell(row, "description"),
        named if _method(named) else "",
    )
    return " · ".join(dict.fromkeys(filter(None, said)))
