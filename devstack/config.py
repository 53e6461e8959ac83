"""What `make run` was asked for, by environment or `.env`, checked before anything starts."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import environ

from devstack import keys

ROOT = Path(__file__).resolve().parent.parent


class Refused(Exception):
    """We cannot start; the message is one line that says what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The answers to every question the stack has.

    `given` is the environment with `.env` filling what it lacks; `database_url` and `redis_url`
    are None when we bring our own.
    """

    port: int
    sandbox_port: int
    data_dir: Path
    given: Mapping[str, str]
    database_url: str | None
    redis_url: str | None

    @property
    def sandbox(self) -> bool:
        """Whether Stripe's part is played by the sandbox: without a key of one's own, it is."""
        return not keys.is_real(self.given.get("STRIPE_SECRET_KEY", ""))

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"


def port(given: Mapping[str, str], name: str, default: int) -> int:
    """Return a port option.

    Raises:
        Refused: it is no port number.
    """
    value = given.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise Refused(f"{name} must be a number from 1 to 65535.")
    return int(value)


def read() -> Config:
    """Read the options.

    Raises:
        Refused: one is malformed.
    """
    # The same reader, and the same precedence, as in the settings.
    if (ROOT / ".env").exists():
        environ.Env.read_env(ROOT / ".env")
    given = dict(os.environ)
    config = Config(
        port=port(given, "PORT", 8000),
        sandbox_port=port(given, "SANDBOX_PORT", 12111),
        data_dir=(ROOT / (given.get("DATA_DIR") or ".data")).resolve(),
        given=given,
        database_url=given.get("DATABASE_URL") or None,
        redis_url=given.get("REDIS_URL") or None,
    )
    if config.port == config.sandbox_port:
        raise Refused("PORT and SANDBOX_PORT are the same; give them different numbers.")
    return config


def check_ports(config: Config) -> None:
    """Make sure that nobody else listens where we are going to.

    Raises:
        Refused: a port is taken.
    """
    wanted = {"PORT": config.port}
    if config.sandbox:
        wanted["SANDBOX_PORT"] = config.sandbox_port
    for name, number in wanted.items():
        if not is_free(number):
            raise Refused(f"Port {number} is in use. Choose another: {name}={number + 1} make run")


def is_free(number: int) -> bool:
    """Say whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: connections of a previous run that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True
