"""Things that happen later (a pending refund settles): stored, so that a restart keeps them."""

import json
import logging
import threading
import time
from collections.abc import Callable
from sqlite3 import Row
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.api import Call

Work = TypeVar("Work", bound=Callable[..., None])
JOBS: dict[str, Callable[..., None]] = {}
TICK = 0.1
log = logging.getLogger(__name__)


def job(name: str) -> Callable[[Work], Work]:
    """Register ``work(call, *args)`` under a name that ``call.later`` uses."""

    def register(work: Work) -> Work:
        JOBS[name] = work
        return work

    return register


def schedule(store: Store, seconds: float, name: str, args: tuple[Any, ...]) -> None:
    """Store a job; it starts no earlier than ``seconds`` from now, after the transaction."""
    store.sql.execute(
        "INSERT INTO jobs (due, name, args) VALUES (?, ?, ?)",
        (time.time() + seconds, name, json.dumps(args)),
    )


def run_due(store: Store, make_call: "Callable[[], Call]", *, until: float | None = None) -> int:
    """Run every job due by ``until`` (now by default), each in its own transaction."""
    done = 0
    while row := _next(store, until or time.time()):
        try:
            _run(store, make_call, row)
        except Exception:
            # One bad job must not stop the others, nor come back for ever.
            log.exception("job %s failed", row["name"])
            _drop(store, row)
        done += 1
    return done


def _next(store: Store, until: float) -> Row | None:
    query = "SELECT * FROM jobs WHERE due <= ? ORDER BY due, id LIMIT 1"
    with store.lock:
        row: Row | None = store.sql.execute(query, (until,)).fetchone()
    return row


def _run(store: Store, make_call: "Callable[[], Call]", row: Row) -> None:
    with store.transaction():
        if _drop(store, row):
            JOBS[row["name"]](make_call(), *json.loads(row["args"]))


def _drop(store: Store, row: Row) -> bool:
    """Whether it was still there: another thread may have taken it."""
    with store.transaction():
        gone = store.sql.execute("DELETE FROM jobs WHERE id = ?", (row["id"],))
    return gone.rowcount == 1


def start(store: Store, make_call: "Callable[[], Call]") -> None:
    """Run due jobs in the background until the process ends."""

    def work() -> None:
        while True:
            run_due(store, make_call)
            time.sleep(TICK)

    threading.Thread(target=work, name="jobs", daemon=True).start()
