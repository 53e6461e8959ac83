"""The whole system as processes of our own, each of which can be killed and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from devstack import environment, migrations, programs
from devstack.config import ROOT, Config
from devstack.folders import database_home
from devstack.postgres import Postgres
from devstack.process import Process
from devstack.programs import Program
from devstack.progress import step
from devstack.testing.environment import free_port, without_tests
from devstack.valkey import Valkey

DATABASE = "myhibachi"
PATIENCE = 120


class System:
    """PostgreSQL, Redis, sandbox, web server, worker and beat, in a folder and on ports of its own.

    Start and stop it from one thread: a process ends with the thread that made it.
    """

    def __init__(self, folder: Path) -> None:
        self.config = Config(
            port=free_port(),
            sandbox_port=free_port(),
            data_dir=folder,
            # Neither a person's keys nor their servers: this is for the sandbox alone.
            given=without_tests(dict(os.environ)),
            database_url=None,
            redis_url=None,
        )
        self.url, self.sandbox_url = self.config.url, self.config.sandbox_url
        self.postgres = Postgres(database_home(folder), log=self._log("postgres"))
        self.redis = Valkey(folder, log=self._log("redis"))
        self.environment: dict[str, str] = {}
        self._programs: dict[str, Program] = {}
        self._running: dict[str, Process] = {}

    def start(self) -> None:
        """Bring everything up."""
        with step("PostgreSQL and Redis"):
            self.postgres.start()
            self.redis.start()
        url = self.postgres.url(DATABASE)
        migrations.create_database(self.postgres.url("postgres"), DATABASE)
        self.environment = environment.product(
            self.config, database_url=url, redis_url=self.redis.url
        )
        with step("database tables"):
            self.manage("migrate")
        with step("sandbox, web server, worker, clock"):
            every = programs.everything(self.config, self.environment)
            self._programs = {program.name: program for program in every}
            for program in every:
                self._launch(program)
            for program in every:
                self._await(program)

    def stop(self) -> None:
        """End everything."""
        for process in reversed(self._running.values()):
            process.stop()
        self.redis.stop()
        self.postgres.stop()

    def manage(self, *arguments: str) -> str:
        """Run manage.py and return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def kill(self, name: str) -> None:
        """End a program and its children as the kernel would, and start it again."""
        self._running[name].kill()
        program = self._programs[name]
        self._log(name).unlink(missing_ok=True)
        self._launch(program)
        self._await(program)

    def restart_database(self, *, pause: float) -> None:
        """Stop PostgreSQL without a goodbye (`pg_ctl stop -m immediate`) and start it again."""
        server = self.postgres.process
        assert server is not None, "It has been started."
        os.kill(server.pid, signal.SIGQUIT)
        server.kill()
        time.sleep(pause)
        self.postgres.start()

    def kill_redis(self, *, pause: float) -> None:
        """Kill Redis, with all that it held, and start an empty one."""
        server = self.redis.process
        assert server is not None, "It has been started."
        server.kill()
        time.sleep(pause)
        self.redis.start()

    def _launch(self, program: Program) -> None:
        self._running[program.name] = Process(
            program.name,
            program.command,
            log=self._log(program.name),
            env=self.environment,
            cwd=ROOT,
        )

    def _await(self, program: Program) -> None:
        process, deadline = self._running[program.name], time.monotonic() + PATIENCE
        while not program.is_up(process.log.read_text(errors="replace")):
            if process.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{program.name} did not start:\n{process.last_lines(40)}")
            time.sleep(0.05)

    def _log(self, name: str) -> Path:
        return self.config.logs / f"{name}.log"
