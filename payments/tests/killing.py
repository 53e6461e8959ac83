"""Does something in a process of its own, which is killed between any two of its steps.

A step is a call to Stripe or a commit; the moments are before and after each. Only the process
that is to die is changed for that, never the product.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import requests
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from payments import gateway

PATIENCE = 20


def started(work: Callable[[], object]) -> int:
    """Do something in a process of its own, and return its id; it exits with 0 unless it failed."""
    # Its connections are its own: those it was born with would be its parent's.
    connections["default"].close()
    connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    child = os.fork()
    if not child:
        _work(work)
    return child


def killed_at(moment: int, work: Callable[[], object]) -> bool:
    """Do something in a process of its own, which SIGKILLs itself at its n-th moment, from 0 on.

    Returns:
        whether it came to that moment; else it has done its work.
    """
    _, status = os.waitpid(started(partial(_die_at, moment, work)), 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "what was to be killed has failed by itself"
    return False


def until(is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < last
        time.sleep(0.02)


@contextmanager
def killed(work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Do something in a process of its own; yield what sends it SIGKILL, at the latest at the end.

    Who holds a lock that it waits for kills it before the lock is free.
    """
    child = started(work)
    gone: list[object] = []

    def kill() -> None:
        if not gone:
            os.kill(child, signal.SIGKILL)
            gone.append(os.waitpid(child, 0))

    try:
        yield kill
    finally:
        kill()


def _work(work: Callable[[], object]) -> None:
    code = 1
    try:
        # While a browser's loop runs, Django has another connection than without one, as here.
        connections.close_all()
        gateway._client.cache_clear()
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _die_at(moment: int, work: Callable[[], object]) -> None:
    clock = iter(range(moment, -1, -1))

    def tick() -> None:
        if next(clock) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _around(requests.Session, "send", tick)
    _around(BaseDatabaseWrapper, "_commit", tick)
    work()


def _around(owner: Any, name: str, tick: Callable[[], None]) -> None:
    step = getattr(owner, name)

    def ticking(*args: Any, **kwargs: Any) -> Any:
        tick()
        answer = step(*args, **kwargs)
        tick()
        return answer

    setattr(owner, name, ticking)
