"""`python -m devstack run` for tests: the true thing, on free ports and in a folder of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devstack import programs
from devstack.config import ROOT
from devstack.process import Process
from devstack.testing.environment import free_port, without_tests


class RunningStack:
    """A stack and the addresses in it.

    The worker is ours rather than the stack's, so that a test may kill it.
    """

    def __init__(self, folder: Path, *, database_url: str) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://localhost:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self._env = without_tests(dict(os.environ)) | {
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "DATA_DIR": str(folder / "data"),
        }
        self._devstack = self._start()
        self._state = json.loads((folder / "data" / "running.json").read_text())
        self.worker = self._start_worker()

    @property
    def environment(self) -> dict[str, str]:
        """What the product's processes run with: DATABASE_URL, STRIPE_SECRET_KEY, …"""
        return {**self._env, **self._state["environment"]}

    @property
    def processes(self) -> dict[str, int]:
        """Process ids by name."""
        return dict(self._state["processes"])

    def start_worker(self) -> None:
        """Start the Celery worker again, after it was killed, and wait until it takes tasks."""
        self.worker = self._start_worker()

    def kill_worker(self) -> None:
        """End the worker and its pool as the kernel would: SIGKILL, no goodbye."""
        self.worker.kill()

    def manage(self, *arguments: str) -> str:
        """Run manage.py against this stack and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def run(self, *command: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a program beside the stack, with the person's environment and the stack's ports."""
        env = self._env | extra
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
        )

    def stop(self) -> None:
        """End everything."""
        self.worker.stop()
        self._devstack.stop(timeout=20)

    def _start(self) -> Process:
        command = [sys.executable, "-m", "devstack", "run", "--without", "worker"]
        log = self.folder / "devstack.log"
        process = Process("devstack", command, log=log, env=self._env, cwd=ROOT)
        self._await(lambda: "is ready" in log.read_text(), process)
        return process

    def _start_worker(self) -> Process:
        program = programs.worker()
        log = self.folder / "worker.log"
        log.unlink(missing_ok=True)
        process = Process("worker", program.command, log=log, env=self.environment, cwd=ROOT)
        self._await(lambda: program.is_up(log.read_text()), process)
        return process

    @staticmethod
    def _await(done: Callable[[], bool], process: Process) -> None:
        deadline = time.monotonic() + 120
        while not done():
            if process.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} did not start:\n{process.last_lines(40)}")
            time.sleep(0.05)
