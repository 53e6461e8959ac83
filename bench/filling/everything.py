"""All of it, in the order in which rows need each other."""

import time
from collections.abc import Callable

from bench.filling.functions import drop_functions, make_functions
from bench.filling.history import fill_history
from bench.filling.money_back import fill_money_back
from bench.filling.paperwork import fill_paperwork
from bench.filling.parties import fill_parties
from bench.filling.payments import fill_payments, write_paid
from bench.filling.people import fill_people
from bench.filling.sizes import Sizes
from bench.filling.stripes import fill_stripes
from bench.filling.table import run

STEPS: tuple[tuple[str, Callable[[Sizes], None]], ...] = (
    ("people", fill_people),
    ("bookings", fill_parties),
    ("payments and their ledger", fill_payments),
    ("refunds and disputes", fill_money_back),
    ("invoices, quotes, money in, e-mails", fill_paperwork),
    ("events and the mirror", fill_stripes),
    ("the audit log, questions, differences", fill_history),
)


def fill_all(sizes: Sizes) -> None:
    """Fill a migrated, empty database, and say how long each step took."""
    # In a transaction, what waits for its end would keep a table from being altered.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    make_functions()
    for what, fill in STEPS:
        _timed(what, lambda fill=fill: fill(sizes))  # type: ignore[misc]  # mypy can't infer it
    _timed("what is paid of each booking", write_paid)
    drop_functions()


def settle() -> None:
    """Do what autovacuum would have done by the time that anybody looks."""
    _timed("VACUUM ANALYZE", lambda: run("VACUUM ANALYZE"))


def _timed(what: str, work: Callable[[], None]) -> None:
    start = time.perf_counter()
    work()
    print(f"  {what:42}{time.perf_counter() - start:6.1f} s", flush=True)
