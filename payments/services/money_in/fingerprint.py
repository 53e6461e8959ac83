"""What tells one line of a statement from every other."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from payments.services.money_in.statement import Line


def with_fingerprints(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with their fingerprints, the same for the same line in another file.

    Two lines of one statement that are alike to the letter are two payments, unless the bank gave
    both of them the same number.
    """
    seen: Counter[str] = Counter()
    marked = []
    for line in lines:
        said = json.dumps(
            [
                line.method,
                line.received_on.isoformat(),
                line.amount,
                *map(plain, (line.sender, line.memo, line.bank_reference)),
            ]
        )
        seen[said] += 1
        which = 1 if line.bank_reference else seen[said]
        digest = hashlib.sha256(f"{said}#{which}".encode()).hexdigest()
        marked.append(replace(line, fingerprint=digest))
    return marked


def plain(text: str) -> str:
    """Return a text without what banks write now this way, now that: case, spaces, marks."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
