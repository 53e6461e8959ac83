"""Every process that descends from one we started, found by a mark in its environment."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

PATIENCE = 120


class Family:
    """The processes whose environment has `name=value`, and those of their sessions.

    The second part is for a server's children, who may have overwritten their environment.
    """

    def __init__(self, name: str, value: str) -> None:
        self._mark = f"{name}={value}".encode()
        self._sessions: set[int] = set()

    def running(self) -> dict[int, str]:
        """Return the command lines by process id."""
        for pid, folder in processes():
            with suppress(OSError):
                if self._mark in (folder / "environ").read_bytes().split(b"\0"):
                    self._sessions.add(os.getsid(pid))
        found = {}
        for pid, folder in processes():
            with suppress(OSError):
                if os.getsid(pid) in self._sessions:
                    found[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        # A process that ended but was not yet waited for has no command line.
        return {pid: line.strip() for pid, line in found.items() if line}

    def pid_of(self, words: str) -> int:
        """Return the id of a process whose command line has these words."""
        return next(pid for pid, line in self.running().items() if words in line)

    def left_over(self) -> dict[int, str]:
        """Return what still runs ten seconds later; nothing as soon as nothing runs."""
        wait_until(lambda: not self.running(), seconds=10)
        return self.running()

    def clear(self) -> None:
        """End whatever a failed test left."""
        for pid in self.running():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def processes() -> Iterator[tuple[int, Path]]:
    """Every process there is, with its folder in /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        yield int(folder.name), folder


def wait_until(done: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until it is done or time is up."""
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
