"""The fixtures that tests of every app share."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from devstack import tools
from devstack.testing import axe, clusters, databases, listener, servers
from devstack.testing.environment import worker_name
from devstack.testing.sandbox import SandboxServer
from devstack.testing.stack import RunningStack

StripeCli = Callable[..., "subprocess.CompletedProcess[str]"]
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # No page of ours needs the network; this proves it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: "pytest.FixtureRequest") -> Iterator[None]:
    """This process' database: a copy of the migrated template."""
    pristine = databases.make()
    yield
    pristine.close()
    databases.drop()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    """This process' sandbox."""
    server = SandboxServer()
    yield server
    server.stop()


@pytest.fixture
def sandbox(sandbox_server: SandboxServer) -> SandboxServer:
    """An empty sandbox, at the address where our code looks for Stripe."""
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole system as `make run` starts it. Its tests run one after the other."""
    name = f"stack_{os.getpid()}_{worker_name()}"
    url = clusters.copy_database(servers.server_url(), name)
    running = RunningStack(tmp_path_factory.mktemp("stack"), database_url=url)
    yield running
    running.stop()
    clusters.drop_database(servers.server_url(), name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window and without a network."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tools.browser(), args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser that nobody has used yet."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about while a test uses `page`; most tests want it empty."""
    return listener.listen(page)


@pytest.fixture
def axe_findings(page: Page) -> Callable[[], list[str]]:
    """`axe_findings()` is what axe finds serious or critical in the page that is open."""
    return lambda: axe.serious_findings(page)


@pytest.fixture(scope="session")
def stripe_cli(tmp_path_factory: pytest.TempPathFactory) -> StripeCli:
    """Stripe's own command line: `stripe_cli("trigger", …, api_base=…, api_key=…)`."""
    program = tools.stripe_cli()
    home = tmp_path_factory.mktemp("stripe-cli")

    def run(*arguments: str, api_base: str, api_key: str) -> "subprocess.CompletedProcess[str]":
        where = ["--api-base", api_base, "--api-key", api_key]
        return subprocess.run(
            [program, *arguments, *where],
            env=os.environ | cli_environment(home),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def cli_environment(home: Path) -> dict[str, str]:
    """Keep the CLI away from the person's own configuration, and from telling home."""
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "STRIPE_CLI_TELEMETRY_OPTOUT": "1"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of the whole stack on one worker, which has the one stack."""
    if "stack" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("stack"))


def pytest_unconfigure() -> None:
    """Stop the servers after the last test."""
    servers.stop()
