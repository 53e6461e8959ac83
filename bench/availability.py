"""`python -m bench.availability`: how long it takes to say which slots of a year are open.

A ratio counts, not milliseconds: how much longer a year full of bookings takes than an empty one,
on the same machine in the same minute. It exits with 1 where that is more than `LIMIT`.
"""

import sys

from bench.database import fresh_database

HISTORY, BOOKINGS, EXCEPTIONS, WAITING = 20_000, 2000, 200, 200
LIMIT = 3


def main() -> int:
    """Measure, print, and return the exit code."""
    with fresh_database():
        # What needs Django comes after its settings.
        from bench import slots_data as data

        empty = data.measure()
        show("an empty year", empty)
        data.write_past(HISTORY)
        show(f"and {HISTORY:,} parties in the past", data.measure())
        data.write_year(bookings=BOOKINGS, exceptions=EXCEPTIONS, waiting=WAITING)
        full = data.measure()
        show(f"and {BOOKINGS:,} bookings, {EXCEPTIONS} exceptions, {WAITING} in line", full)
    ratio = full["year"] / empty["year"]
    print(f"\nA full year takes {ratio:.2f} times as long as an empty one (at most {LIMIT}).")
    return 0 if ratio <= LIMIT else 1


def show(what: str, found: dict[str, float]) -> None:
    """Print one line."""
    figures = "".join(f"{name:>12} {ms:5.1f} ms" for name, ms in found.items())
    print(f"{what:48}{figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
