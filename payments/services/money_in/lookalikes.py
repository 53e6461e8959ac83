"""Money that was imported before in another shape: another export, another method chosen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from payments.models import MoneyIn
from payments.services.money_in.fingerprint import plain
from payments.services.money_in.statement import Line


def lookalikes(lines: Sequence[Line | MoneyIn]) -> dict[str, str]:
    """Return by fingerprint why a line may be one that we know; only a person can tell."""
    days, amounts = {line.received_on for line in lines}, {line.amount for line in lines}
    known: dict[tuple[dt.date, int], list[MoneyIn]] = defaultdict(list)
    for row in MoneyIn.objects.filter(received_on__in=days, amount__in=amounts):
        known[row.received_on, row.amount].append(row)
    found = {}
    for line in lines:
        for row in known[line.received_on, line.amount]:
            if row.fingerprint != line.fingerprint and _is_alike(row, line):
                state = row.get_status_display().lower()
                found[line.fingerprint] = f"It looks like {row}, imported before and {state}."
    return found


def _is_alike(row: MoneyIn, line: Line | MoneyIn) -> bool:
    numbers = plain(row.bank_reference), plain(line.bank_reference)
    if all(numbers):
        return numbers[0] == numbers[1]
    is_told_alike = plain(row.sender + row.memo) == plain(line.sender + line.memo)
    # Of two in one statement that are alike to the letter, each is a payment.
    return is_told_alike and (row.method != line.method or any(numbers))
