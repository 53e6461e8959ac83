"""The environment that tests run in: nothing of the developer's own settings, no real key."""

import os
import random

from devstack import keys
from devstack.config import is_free

# Set before Django starts; the product never reads these.
SERVER = "MYHIBACHI_TEST_SERVER"
REDIS = "MYHIBACHI_TEST_REDIS"
READY = "MYHIBACHI_TEST_READY"

FIXED = {
    "ENVIRONMENT": "test",
    "DEBUG": "false",
    "SITE_URL": "http://localhost:8000",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "FRONTEND_URL": "http://localhost:3000",
    "LOG_LEVEL": "WARNING",
    "ENABLE_AUTOMATIC_TAX": "false",
    # Playwright's own loop runs in the tests' thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
# Ports that the kernel gives to no client, so that one chosen now is still free in a minute.
PORTS = range(20000, 30000)


def free_port() -> int:
    """Return a port that nobody listens on."""
    while not is_free(port := random.choice(PORTS)):  # noqa: S311 # no secret
        pass
    return port


def base() -> dict[str, str]:
    """Return what every test process has in common, with keys of its own."""
    return FIXED | keys.make()


def without_tests(env: dict[str, str]) -> dict[str, str]:
    """Return the environment as the person had it, for programs that make their own."""
    places = {"DATABASE_URL", "REDIS_URL", "STRIPE_API_BASE", "DJANGO_SETTINGS_MODULE"}
    ours = {*base(), *places, SERVER, REDIS, READY}
    return {
        name: value
        for name, value in env.items()
        if name not in ours and not name.startswith("PYTEST_")
    }


def worker_name() -> str:
    """Return xdist's name of this process, `main` without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
