"""How long something takes on a machine of its own.

Where other programs run beside it, they take turns on the processors. Linux tells how long each
process has waited for its turn; that is taken off.
"""

import os
from pathlib import Path
from time import perf_counter

from django.db import connection

NANOSECONDS_A_MS = 1_000_000


class Stopwatch:
    """Measures this process and the PostgreSQL process that answers it, by `ms()`."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            processes = (os.getpid(), cursor.fetchone()[0])
        self._told = [Path(f"/proc/{process}/schedstat") for process in processes]
        self._started, self._waited = perf_counter(), self._waiting()

    def ms(self) -> float:
        """Return the milliseconds since it was made, but for the wait for a processor."""
        elapsed = (perf_counter() - self._started) * 1000
        return elapsed - (self._waiting() - self._waited)

    def _waiting(self) -> float:
        """How long both have waited, in milliseconds; nothing where no Linux tells."""
        told = [path.read_text() for path in self._told if path.exists()]
        return sum(int(text.split()[1]) for text in told) / NANOSECONDS_A_MS
