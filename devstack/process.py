"""One program of the stack: started on a leash, logged to a file, stopped with all its children."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")


def leashed(
    command: Sequence[str | Path], *, on_parent_death: int = signal.SIGKILL, uid: int = 0
) -> list[str]:
    """Return the command line that runs `command` so that it ends when this process ends."""
    leash = [sys.executable, "-IS", LEASH, os.getpid(), int(on_parent_death), uid]
    return [str(part) for part in [*leash, *command]]


class Process:
    """A running program and everything it starts, in a process group of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        on_parent_death: int = signal.SIGKILL,
        uid: int = 0,
    ) -> None:
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                leashed(command, on_parent_death=on_parent_death, uid=uid),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                # Its own group: Ctrl-C reaches us alone, and we stop things in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._popen.poll()

    def ask_to_stop(self) -> None:
        """Ask for an orderly end and return at once."""
        if self.exit_code() is None:
            self._popen.send_signal(self.stop_signal)

    def stop(self, timeout: float = 10) -> None:
        """Ask for an orderly end, wait `timeout` seconds, then kill what is left of the group."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """End the program and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()

    def last_lines(self, count: int = 15) -> str:
        """Return the end of its log, indented."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-count:])
