"""`make run` as a person uses it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from devstack.config import ROOT
from devstack.folders import database_home
from devstack.programs import answers
from devstack.testing.environment import without_tests
from devstack.tests.family import wait_until
from devstack.tests.launch import Run

# One after the other: each starts a whole stack.
pytestmark = pytest.mark.xdist_group("devstack")
Launch = Callable[..., Run]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for all, so that the first test makes the database and the rest find it."""
    folder = tmp_path_factory.mktemp("devstack") / "data"
    yield folder
    shutil.rmtree(database_home(folder))


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Start stacks that are gone after the test, however it went."""
    runs: list[Run] = []

    def start(data_dir: Path, **environment: str) -> Run:
        runs.append(Run(data_dir, **environment))
        return runs[-1]

    yield start
    for run in runs:
        run.family.clear()


def test_killed_it_leaves_no_process_and_started_again_it_has_its_data_and_keys(
    launch: Launch, data_dir: Path
):
    first = launch(data_dir).ready()
    started = " ".join(first.family.running().values())
    for program in ("postgres -D", "valkey-server", "-m sandbox", "gunicorn", "worker", "beat"):
        assert program in started
    with psycopg.connect(database_url(first)) as database:
        database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    keys = (data_dir / "keys.env").read_text()

    os.kill(first.family.pid_of("devstack run"), signal.SIGKILL)
    assert first.family.left_over() == {}

    second = launch(data_dir).ready()
    with psycopg.connect(database_url(second)) as database:
        assert database.execute("SELECT answer FROM kept").fetchall() == [(42,)]
    assert (data_dir / "keys.env").read_text() == keys

    second.process.terminate()
    assert second.family.left_over() == {}


def test_killing_make_while_things_start_ends_them_too(launch: Launch, data_dir: Path):
    run = launch(data_dir)
    wait_until(lambda: "Redis" in run.said)

    run.process.kill()

    assert run.family.left_over() == {}


def test_a_part_that_dies_ends_the_whole_and_is_named(launch: Launch, data_dir: Path):
    run = launch(data_dir).ready()

    os.kill(run.family.pid_of("celery -A myhibachi worker"), signal.SIGKILL)

    assert run.ended() == 2
    assert "worker ended with status -9. Its last lines" in run.said
    assert run.family.left_over() == {}


def test_beside_a_running_one_a_command_gets_its_environment_and_a_second_one_is_refused(
    launch: Launch, data_dir: Path
):
    first = launch(data_dir).ready()

    shown = in_environment(data_dir, "printenv", "DATABASE_URL")
    second = launch(data_dir)

    assert (shown.returncode, shown.stdout.strip()) == (0, database_url(first))
    assert second.ended() == 2
    assert f"{data_dir} is in use by process {first.family.pid_of('devstack run')}" in second.said
    assert answers(f"http://127.0.0.1:{first.port}/readyz")


def test_without_a_running_stack_its_environment_is_refused_in_one_line(tmp_path: Path):
    shown = in_environment(tmp_path, "printenv", "DATABASE_URL")

    assert (shown.returncode, shown.stderr) == (1, "Nothing runs here; start `make run` first.\n")


def test_a_port_in_use_is_one_line_before_anything_starts(launch: Launch, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = launch(tmp_path / "data", PORT=str(port))

        assert run.ended() == 2

    assert run.said.splitlines()[0] == (
        f"Port {port} is in use. Choose another: PORT={port + 1} make run"
    )
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["lock"]


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_one_line(launch: Launch, tmp_path: Path, port: str):
    run = launch(tmp_path / "data", PORT=port)

    assert run.ended() == 2
    assert run.said.splitlines()[0] == "PORT must be a number from 1 to 65535."


def test_a_database_that_does_not_answer_is_one_line(launch: Launch, tmp_path: Path):
    run = launch(tmp_path / "data", DATABASE_URL="postgres://me@127.0.0.1:1/mine")

    assert run.ended() == 2
    assert "No answer from the PostgreSQL that DATABASE_URL names" in run.said
    assert "Traceback" not in run.said
    assert run.family.left_over() == {}


def in_environment(data_dir: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m devstack env COMMAND…`."""
    env = without_tests(dict(os.environ)) | {"DATA_DIR": str(data_dir)}
    devstack = [sys.executable, "-m", "devstack", "env"]
    return subprocess.run([*devstack, *command], cwd=ROOT, env=env, capture_output=True, text=True)


def database_url(run: Run) -> str:
    """Return the URL that its panel names."""
    wait_until(lambda: "Ctrl-C" in run.said)
    return next(word for word in run.said.split() if word.startswith("postgres://"))
