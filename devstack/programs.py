"""The product's processes: which command runs each, and how to tell that it is up."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack.config import Config
from devstack.environment import webhook_secret

BIN = Path(sys.executable).parent
CELERY = [str(BIN / "celery"), "-A", "myhibachi"]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command, and whether it is up, told by its log so far."""

    name: str
    command: list[str]
    is_up: Callable[[str], bool]


def sandbox(config: Config, env: Mapping[str, str]) -> Program:
    """The local Stripe, with our webhook as its endpoint."""
    command = [sys.executable, "-m", "sandbox", "--port", str(config.sandbox_port)]
    command += ["--data", str(config.data_dir / "sandbox")]
    command += ["--webhook-url", f"{config.url}/api/stripe/webhook"]
    command += ["--webhook-secret", webhook_secret(dict(env))]
    return Program(name="sandbox", command=command, is_up=lambda log: "sandbox ready" in log)


def web(config: Config) -> Program:
    """The web server; up when it says it is ready for traffic."""
    command = [str(BIN / "gunicorn"), "myhibachi.wsgi", "--config", "devstack/gunicorn_conf.py"]
    command += ["--bind", f"127.0.0.1:{config.port}"]
    ready = f"http://127.0.0.1:{config.port}/readyz"
    return Program(name="web", command=command, is_up=lambda _: answers(ready))


def worker() -> Program:
    """The Celery worker."""
    command = [*CELERY, "worker", "--concurrency", "2", "--include", "devstack.celery_leash"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return Program(name="worker", command=command, is_up=lambda log: " ready." in log)


def beat(config: Config) -> Program:
    """The clock that starts periodic tasks."""
    command = [*CELERY, "beat", "--schedule", str(config.data_dir / "beat-schedule")]
    command += ["--pidfile", "", "--loglevel", "INFO"]
    return Program(name="beat", command=command, is_up=lambda log: "beat: Starting" in log)


def everything(config: Config, env: Mapping[str, str]) -> list[Program]:
    """Every process in the order in which they start."""
    stripe = [sandbox(config, env)] if config.sandbox else []
    return [*stripe, web(config), worker(), beat(config)]


def answers(url: str) -> bool:
    """Say whether this address answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 # our own http URL
            return bool(response.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
