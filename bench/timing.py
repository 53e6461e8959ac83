"""How long something takes."""

import time
from collections.abc import Callable

RUNS = 30


def milliseconds(work: Callable[[], object]) -> float:
    """Return the fastest of some runs: whatever else the machine does only ever adds."""
    return min(_once(work) for _ in range(RUNS))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
