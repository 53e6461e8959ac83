"""What a person sees while the stack starts: one line a step, with how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(label: str) -> Iterator[None]:
    """Show a step as running, then as done with its time, or as failed."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {label}", end="", flush=True)
    try:
        yield
    except BaseException:
        _finish("✗", label, started)
        raise
    _finish("✓", label, started)


def _finish(mark: str, label: str, started: float) -> None:
    back = "\r" if sys.stdout.isatty() else ""
    print(f"{back}  {mark} {label:<44} {time.monotonic() - started:5.1f} s", flush=True)
