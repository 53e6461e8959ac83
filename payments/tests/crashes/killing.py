"""Does something in a process of its own, which is killed between any two of its steps.

A step is a call to Stripe or a commit; the moments are before and after each. Only the process
that is to die is changed for that, never the product.
"""

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

import requests
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from payments import gateway


def killed_at(moment: int, work: Callable[[], object]) -> bool:
    """Do something in a process of its own, which SIGKILLs itself at its n-th moment, from 0 on.

    Returns:
        whether it came to that moment; else it has done its work.
    """
    # The child gets connections of its own: those it was born with would be its parent's.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    child = os.fork()
    if not child:
        _die_at(moment, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "what was to be killed has failed by itself"
    return False


def _die_at(moment: int, work: Callable[[], object]) -> None:
    code = 1
    try:
        gateway._client.cache_clear()
        clock = iter(range(moment, -1, -1))

        def tick() -> None:
            if next(clock) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        _around(requests.Session, "send", tick)
        _around(BaseDatabaseWrapper, "_commit", tick)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _around(owner: Any, name: str, tick: Callable[[], None]) -> None:
    step = getattr(owner, name)

    def ticking(*args: Any, **kwargs: Any) -> Any:
        tick()
        answer = step(*args, **kwargs)
        tick()
        return answer

    setattr(owner, name, ticking)
