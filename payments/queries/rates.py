"""Shares of a whole, and what there is most of."""

from collections import Counter

# Where nobody has said why.
UNKNOWN = "unknown"


def share(part: int, whole: int) -> float | None:
    """Return a rate from 0 to 1 with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return what was counted, the most first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
