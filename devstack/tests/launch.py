"""Starts `make run` as a person does, in a folder of its own, and finds what it leaves behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from devstack.config import ROOT
from devstack.testing.environment import free_port, without_tests

PATIENCE = 120


class Run:
    """One `make run` with a data folder and ports of its own."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self._sessions: set[int] = set()
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        ours = {
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(free_port()),
        }
        self.output = data_dir.parent / f"output-{self.port}"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                ["make", "--no-print-directory", "run"],
                cwd=ROOT,
                env=without_tests(dict(os.environ)) | ours | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All that it printed so far."""
        return self.output.read_text()

    def ready(self) -> "Run":
        """Wait for the panel."""
        wait_until(lambda: "is ready" in self.said or self.process.poll() is not None)
        assert "is ready" in self.said, self.said
        return self

    def ended(self) -> int:
        """Wait for its end and return its status; make answers 2 for any failure."""
        return self.process.wait(PATIENCE)

    def pid_of(self, program: str) -> int:
        """Return the id of the first process here whose command line has these words."""
        return next(pid for pid, line in self.running().items() if program in line)

    def running(self) -> dict[int, str]:
        """Return the command lines of all processes that were started with this data folder.

        A server's children may have overwritten their environment; their session tells.
        """
        mark = f"DATA_DIR={self.data_dir}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    self._sessions.add(os.getsid(int(folder.name)))
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.getsid(int(folder.name)) in self._sessions:
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = line.strip()
        # A process that ended but was not yet waited for has no command line.
        return {pid: line for pid, line in found.items() if line}

    def left_over(self) -> dict[int, str]:
        """Return what still runs ten seconds later, nothing as soon as nothing runs."""
        wait_until(lambda: not self.running(), seconds=10)
        return self.running()

    def clear(self) -> None:
        """End whatever a failed test left."""
        for pid in self.running():
            os.kill(pid, signal.SIGKILL)


def wait_until(done: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until it is done or time is up."""
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
