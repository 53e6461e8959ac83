"""The whole stack, the browser and Stripe's CLI, as other tests use them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from devstack.config import ROOT
from devstack.programs import answers
from devstack.testing.environment import without_tests
from devstack.testing.fixtures import StripeCli
from devstack.testing.sandbox import SandboxServer
from devstack.testing.stack import RunningStack
from devstack.tests.family import Family, wait_until


def test_the_worker_of_the_stack_can_be_killed_and_started_again(stack: RunningStack):
    first = stack.worker
    stack.kill_worker()
    assert first.exit_code() == -signal.SIGKILL

    stack.start_worker()

    assert stack.worker.exit_code() is None
    assert answers(f"{stack.url}/readyz")


def test_manage_py_sees_the_database_of_the_stack(stack: RunningStack):
    code = "from django.db import connection; print(connection.settings_dict['NAME'])"

    assert stack.manage("shell", "-v0", "-c", code).startswith("stack_")


def test_the_browser_opens_a_page_of_ours_without_a_network(page: Page, stack: RunningStack):
    page.goto(f"{stack.url}/admin/")

    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_stripe_cli_talks_to_the_sandbox(stripe_cli: StripeCli, sandbox: SandboxServer):
    key = os.environ["STRIPE_SECRET_KEY"]

    done = stripe_cli("customers", "list", api_base=sandbox.url, api_key=key)

    assert '"object": "list"' in done.stdout, done.stderr


def test_a_test_run_that_is_killed_leaves_no_server(tmp_path: Path):
    family = Family("KILLED_RUN", str(tmp_path))
    place = tmp_path / "base"
    command = [sys.executable, "-m", "pytest", "-n", "1", f"--basetemp={place}"]
    log = (tmp_path / "log").open("w")
    run = subprocess.Popen(
        [*command, "devstack/tests/sleeper.py"],
        cwd=ROOT,
        env=without_tests(dict(os.environ)) | {"KILLED_RUN": str(tmp_path)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    wait_until(lambda: any(place.rglob("asleep")) or run.poll() is not None)
    assert run.poll() is None, (tmp_path / "log").read_text()
    started = " ".join(family.running().values())
    for program in ("postgres -D", "valkey-server", "-m sandbox", "chrom"):
        assert program in started

    run.kill()
    run.wait()

    assert family.left_over() == {}
