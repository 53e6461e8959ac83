"""Starts the tests' servers before Django reads its settings, and stops them after the last test.

The first process starts PostgreSQL; each worker of pytest-xdist has its own database in it, and a
Redis and a sandbox of its own. `DATABASE_URL` and `REDIS_URL` of the caller are used instead.
"""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from devstack.testing import clusters
from devstack.testing.environment import READY, REDIS, SERVER, base, free_port, worker_name
from devstack.valkey import Valkey

_running = ExitStack()


def start() -> None:
    """Start what this process needs and tell Django about it by environment."""
    # A program that a test starts shares the test's servers.
    if os.environ.get(READY) == worker_name():
        return
    atexit.register(stop)
    if SERVER not in os.environ:
        _start_shared()
    server = os.environ[SERVER]
    os.environ["DATABASE_URL"] = clusters.with_database(server, database_name())
    os.environ["STRIPE_API_BASE"] = f"http://127.0.0.1:{free_port()}"
    if os.environ[REDIS] == "own":
        os.environ["REDIS_URL"] = _start_redis()
    os.environ[READY] = worker_name()


def stop() -> None:
    """Stop what this process started."""
    _running.close()


def server_url() -> str:
    """Return the URL of the database from which others are made and dropped."""
    return os.environ[SERVER]


def database_name() -> str:
    """Return the name of this process' test database."""
    return f"test_{os.getpid()}_{worker_name()}"


def _start_shared() -> None:
    """What only the first process does; the others inherit its environment."""
    os.environ.update(base())
    os.environ[REDIS] = "given" if os.environ.get("REDIS_URL") else "own"
    # The settings want one before there is one.
    product = {"DJANGO_SETTINGS_MODULE": "myhibachi.settings"}
    env = {"REDIS_URL": "redis://127.0.0.1:6379", **os.environ, **product}
    if given := os.environ.get("DATABASE_URL"):
        clusters.make_template(given, env)
        os.environ[SERVER] = given
    else:
        os.environ[SERVER] = _running.enter_context(clusters.private_server(env))


def _start_redis() -> str:
    folder = Path(_running.enter_context(tempfile.TemporaryDirectory(prefix="hibachi-redis-")))
    valkey = Valkey(folder, log=folder / "redis.log")
    valkey.start()
    _running.callback(valkey.stop)
    return valkey.url
