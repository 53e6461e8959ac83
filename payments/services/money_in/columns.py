"""What the columns of a statement are: by their names, or by what is in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from payments.services.money_in import values
from payments.services.money_in.rows import Row, rows_of

Role = str
# How banks, Venmo and Zelle call each column; the first that is there is taken.
NAMES: dict[Role, tuple[str, ...]] = {
    "date": (
        "datetime", "transaction date", "date", "posting date", "posted date", "post date",
        "date posted", "payment date", "date received", "received date", "received on",
        "received", "deposit date", "completed date", "processed date", "effective date",
    ),
    "amount": (
        "amount (total)", "amount", "transaction amount", "payment amount", "amount received",
        "gross amount", "gross", "total",
    ),
    "credit": (
        "credit", "credits", "credit amount", "amount credit", "deposit", "deposits",
        "deposit amount", "money in", "paid in",
    ),
    "debit": (
        "debit", "debits", "debit amount", "amount debit", "withdrawal", "withdrawals",
        "withdrawal amount", "money out", "paid out",
    ),
    "direction": (
        "transaction type", "type", "credit/debit", "debit/credit", "credit or debit", "dr/cr",
        "cr/dr", "details", "transaction", "direction",
    ),
    "sender": (
        "from", "sender", "sender name", "from name", "payer", "payer name", "paid by",
        "received from", "payment from", "customer", "customer name", "name",
    ),
    "recipient": ("to", "recipient", "to name"),
    "description": (
        "description", "transaction description", "original description", "transaction details",
        "details", "narrative", "payee", "merchant",
    ),
    "memo": (
        "memo", "note", "notes", "message", "payment memo", "extended description",
        "additional info", "comment", "comments", "remarks",
    ),
    "reference": (
        "transaction id", "reference", "reference number", "reference no.", "ref", "ref #",
        "confirmation", "confirmation number", "confirmation #", "transaction number",
        "payment id", "bank reference", "id", "fitid", "check or slip #", "check number",
        "check #", "serial number",
    ),
    "status": ("status", "state", "payment status"),
}  # fmt: skip
# Some banks tell of the account before they come to its lines.
HEADER_WITHIN = 25
DELIMITERS = ("\t", ",", ";", "|")
# A day and an amount somewhere in a line of words.
LOOSE_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)\b"
    r"|\b[a-z]{3,9}\.? \d{1,2},? \d{4}",
    re.IGNORECASE,
)
LOOSE_AMOUNT = re.compile(
    r"[-+\u2212]? ?\$ ?[\d,]+(?:\.\d+)?|[-+(\u2212]?[\d,]+\.\d\d\)?(?![\d/.])"
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows, and in which cell each of them says what."""

    places: dict[Role, int]
    rows: tuple[Row, ...]
    # What stands above: the names of the columns, and of the account.
    above: str

    def cell(self, row: Row, role: Role) -> str:
        """Return what a row says; empty where it has no such cell."""
        place = self.places.get(role)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


def table_of(lines: list[str]) -> Table:
    """Return the table that a statement is, whatever stands between its cells."""
    for delimiter in DELIMITERS:
        rows = tuple(rows_of(lines, delimiter=delimiter))
        for index, row in enumerate(rows[:HEADER_WITHIN]):
            places = _named(row.cells)
            if "date" in places and places.keys() & {"amount", "credit"}:
                above = " ".join(before.text for before in rows[: index + 1])
                return Table(places=places, rows=rows[index + 1 :], above=above)
    return _without_names(lines)


def _named(cells: Sequence[str]) -> dict[Role, int]:
    names = [re.sub(r" ?\((?:\$|usd)\)|[:*]", "", cell.lower()).strip() for cell in cells]
    return {
        role: names.index(name)
        for role, known in NAMES.items()
        if (name := next((each for each in known if each in names), None))
    }


def _without_names(lines: list[str]) -> Table:
    """Return a table whose columns have no names; where it is none, one of loose lines."""
    tables = [_guessed(tuple(rows_of(lines, delimiter=each))) for each in DELIMITERS]
    best = max(tables, key=lambda each: len(each.rows) if each.places else 0)
    return best if best.places else _loose(lines)


def _guessed(rows: tuple[Row, ...]) -> Table:
    """Tell the columns by the first row that has a cell with a day and one with an amount."""
    for row in rows[:HEADER_WITHIN]:
        days = [n for n, cell in enumerate(row.cells) if values.date(cell, order=_order(cell))]
        sums = [n for n, cell in enumerate(row.cells) if n not in days and _is_amount(cell)]
        if days and sums:
            taken = {*days, *sums}
            words = {n: len(cell) for n, cell in enumerate(row.cells) if n not in taken}
            places = {"date": days[0], "amount": sums[0]}
            if words:
                places["description"] = max(words, key=lambda n: words[n])
            return Table(places=places, rows=rows, above="")
    return Table(places={}, rows=(), above="")


def _order(cell: str) -> values.DateOrder:
    return values.order_of([cell]) or "month"


def _is_amount(cell: str) -> bool:
    return bool(re.search(r"[.$]", cell)) and values.cents(cell) is not None


def _loose(lines: list[str]) -> Table:
    """Find a day and an amount among the words of each line; the words are the description."""
    rows = []
    for row in rows_of(lines, delimiter=""):
        day, amount = LOOSE_DATE.search(row.text), None
        rest = row.text
        if day:
            rest = rest.replace(day[0], " ", 1)
        if amount := LOOSE_AMOUNT.search(rest):
            rest = rest.replace(amount[0], " ", 1)
        cells = (day[0] if day else "", amount[0] if amount else "", " ".join(rest.split()))
        rows.append(Row(number=row.number, text=row.text, cells=cells))
    places = {"date": 0, "amount": 1, "description": 2}
    return Table(places=places, rows=tuple(rows), above="")
