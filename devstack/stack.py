"""Starts everything in order, watches it, stops everything."""

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from devstack import environment, migrations, programs
from devstack.config import ROOT, Config, Refused
from devstack.folders import database_home
from devstack.postgres import Postgres
from devstack.process import Process
from devstack.progress import step
from devstack.valkey import Valkey

DATABASE = "myhibachi"
PATIENCE = 90


class Crashed(Exception):
    """A process of the stack ended by itself; the message says which, and its last lines."""


class Stack:
    """What `make run` started. `without` names processes that a person runs by themselves."""

    def __init__(self, config: Config, *, without: frozenset[str] = frozenset()) -> None:
        self.config = config
        self.without = without
        self.env: dict[str, str] = {}
        self.processes: dict[str, Process] = {}
        self._servers: list[Postgres | Valkey] = []

    def start(self) -> None:
        """Bring everything up; returns when each process has said that it is ready."""
        database_url = self.config.database_url or self._start_postgres()
        redis_url = self.config.redis_url or self._start_redis()
        self.env = environment.product(self.config, database_url=database_url, redis_url=redis_url)
        self._migrate(database_url)
        every = programs.everything(self.config, self.env)
        wanted = [program for program in every if program.name not in self.without]
        for program in wanted:
            self._launch(program.name, program.command)
        self._write_state()
        self._make_demo_data(wanted)
        with step("web server, worker, clock"):
            for program in wanted:
                self._await(program)

    def watch(self) -> None:
        """Watch the processes for ever.

        Raises:
            Crashed: one ended.
        """
        while True:
            self._check()
            time.sleep(0.2)

    def stop(self) -> None:
        """End every process: first those that use the database and the broker, then these."""
        self._state_file.unlink(missing_ok=True)
        users = list(reversed(self.processes.values()))
        for process in users:
            process.ask_to_stop()
        for process in users:
            process.stop()
        for server in self._servers:
            server.stop()

    def kill(self) -> None:
        """End every process at once."""
        for process in self._everyone():
            process.kill()

    @property
    def _state_file(self) -> Path:
        return self.config.data_dir / "running.json"

    def _everyone(self) -> list[Process]:
        servers = [server.process for server in self._servers if server.process]
        return [*self.processes.values(), *servers]

    def _start_postgres(self) -> str:
        postgres = Postgres(
            database_home(self.config.data_dir), log=self._log("postgres", fresh=True)
        )
        with step("PostgreSQL"):
            self._servers.append(postgres)
            postgres.start()
            migrations.create_database(postgres.url("postgres"), DATABASE)
        return postgres.url(DATABASE)

    def _start_redis(self) -> str:
        valkey = Valkey(self.config.data_dir, log=self._log("redis", fresh=True))
        with step("Redis"):
            self._servers.append(valkey)
            valkey.start()
        return valkey.url

    def _migrate(self, database_url: str) -> None:
        try:
            done = migrations.is_migrated(database_url)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise Refused(
                f"No answer from the PostgreSQL that DATABASE_URL names ({reason}). Start it, or "
                "leave DATABASE_URL out: `make run` brings its own."
            ) from None
        if not done:
            with step("database tables"):
                self._run("migrate", "migrate")
                migrations.remember(database_url)

    def _make_demo_data(self, wanted: list[programs.Program]) -> None:
        if self.config.sandbox:
            with step("Stripe sandbox"):
                self._await(next(program for program in wanted if program.name == "sandbox"))
        with step("demo data, Stripe products"):
            commands = ["create_test_data"]
            if self.config.sandbox:
                commands.append("setup_stripe_products")
            self._run("prepare", *commands)

    def _run(self, name: str, *commands: str) -> None:
        """Run manage.py commands to their end, in one process."""
        process = self._launch(name, [sys.executable, "-m", "devstack.prepare", *commands])
        while process.exit_code() is None:
            self._check(besides=name)
            time.sleep(0.02)
        del self.processes[name]
        if process.exit_code():
            raise Crashed(self._obituary(process))

    def _launch(self, name: str, command: list[str]) -> Process:
        log = self._log(name, fresh=True)
        self.processes[name] = Process(name, command, log=log, env=self.env, cwd=ROOT)
        return self.processes[name]

    def _await(self, program: programs.Program) -> None:
        deadline = time.monotonic() + PATIENCE
        log = self._log(program.name)
        while not program.is_up(log.read_text(errors="replace")):
            self._check()
            if time.monotonic() > deadline:
                process = self.processes[program.name]
                raise Crashed(f"{program.name} is not ready.\n{process.last_lines()}")
            time.sleep(0.05)

    def _check(self, *, besides: str = "") -> None:
        for process in self._everyone():
            if process.name != besides and process.exit_code() is not None:
                raise Crashed(self._obituary(process))

    def _obituary(self, process: Process) -> str:
        return (
            f"{process.name} ended with status {process.exit_code()}. Its last lines, from "
            f"{process.log}:\n{process.last_lines()}"
        )

    def _log(self, name: str, *, fresh: bool = False) -> Path:
        log = self.config.logs / f"{name}.log"
        if fresh:
            with suppress(FileNotFoundError):
                log.replace(self.config.logs / f"{name}.previous.log")
        return log

    def _write_state(self) -> None:
        """Tell `python -m devstack env …` and the tests what runs; for the owner alone."""
        pids = {process.name: process.pid for process in self._everyone()}
        self._state_file.touch(mode=0o600)
        given = self.config.given.items()
        ours = {name: value for name, value in self.env.items() if (name, value) not in given}
        self._state_file.write_text(json.dumps({"environment": ours, "processes": pids}))
