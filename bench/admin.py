"""`python -m bench.admin`: every page of the admin over a busy house's years of data.

It measures each page twice: with a few rows and with 200,000 payments. It exits with 1 where a
page takes more than 300 ms at the median (analytics, accounting, the calendar: two seconds), where
its number of queries grows with the rows (but for an object's page: one has more to show than
another), or where a list counts its rows to the end.

    --only WORD    the pages whose name has this word
    --runs N       how often each slow page is asked for; 15 if left out
"""

import argparse
import sys

from bench.database import anew, fresh_database
from bench.report import report


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    options = _parser().parse_args(arguments)
    with fresh_database():
        # What needs Django comes after its settings.
        from bench.filling import FULL, SMALL, fill_all, settle
        from bench.pages.everything import measure_all
        from bench.pages.export import show_export
        from bench.pages.visitor import owner

        print(f"A few rows ({SMALL.payments:,} payments):")
        fill_all(SMALL)
        settle()
        small = measure_all(only=options.only, runs=options.runs)
        anew()
        print(f"\n{FULL.payments:,} payments, {FULL.bookings:,} bookings, {FULL.events:,} events:")
        fill_all(FULL)
        settle()
        found = measure_all(only=options.only, runs=options.runs, small=small)
        show_export(owner())
    return report(list(found.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.admin")
    parser.add_argument("--only", default="", help="pages whose name has this word")
    parser.add_argument("--runs", type=int, default=15, help="how often each page is asked for")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
