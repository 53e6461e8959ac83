"""PostgreSQL for one test run: a private copy of a cluster that was migrated once.

The seed cluster is made anew when a migration changed. Copying it takes a fifth of a second, so
runs side by side never meet.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from devstack import migrations
from devstack.config import ROOT
from devstack.folders import database_home
from devstack.postgres import Postgres, usable_programs

FOLDER = ROOT / ".data" / "test"


def template_name() -> str:
    """Return the name of the database that every test database is a copy of."""
    return f"template_{migrations.fingerprint()}"


def with_database(url: str, name: str) -> str:
    """Return `url` with another database's name."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def copy_database(server_url: str, name: str) -> str:
    """Make database `name` anew as a copy of the template, and return its URL."""
    drop_database(server_url, name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template_name())
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)
    return with_database(server_url, name)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


def make_template(server_url: str, env: Mapping[str, str]) -> None:
    """Make the template database on this server, unless it is there: a plain `migrate`."""
    name, draft = template_name(), f"draft_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, [name]).fetchone():
            return
        migrations.create_database(server_url, draft)
        url = with_database(server_url, draft)
        command = [sys.executable, "-m", "devstack.prepare", "migrate"]
        done = subprocess.run(
            command, env={**env, "DATABASE_URL": url}, cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            drop_database(server_url, draft)
            raise RuntimeError(f"migrate failed:\n{done.stderr[-3000:]}")
        migrations.remember(url)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


@contextmanager
def private_server(env: Mapping[str, str]) -> Iterator[str]:
    """Run a server on a copy of the seed for as long as the block; gives its maintenance URL."""
    home = database_home(FOLDER)
    home.mkdir(parents=True, exist_ok=True)
    programs = usable_programs(home)
    place = home / f"run-{os.getpid()}"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seed = _seed(home, programs, env)
        _remove_left_overs(home)
        place.mkdir()
        # cp keeps the owner, who is not root.
        subprocess.run(["cp", "-Rp", seed / "data", place / "data"], check=True)
    server = Postgres(place, log=place / "postgres.log", durable=False, programs=programs)
    try:
        server.start()
        yield server.url("postgres")
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


def _seed(home: Path, programs: Path, env: Mapping[str, str]) -> Path:
    """Return the stopped cluster that has the template database, made when it is not there."""
    seed = home / f"seed-{migrations.fingerprint()}"
    if not seed.exists():
        for old in home.glob("seed-*"):
            shutil.rmtree(old)
        draft = home / "seed-draft"
        server = Postgres(draft, log=draft / "postgres.log", durable=False, programs=programs)
        try:
            server.start()
            make_template(server.url("postgres"), env)
        finally:
            server.stop()
        draft.rename(seed)
    return seed


def _remove_left_overs(home: Path) -> None:
    """Remove the clusters of runs that were killed."""
    for folder in home.glob("run-*"):
        if not Path(f"/proc/{folder.name.removeprefix('run-')}").exists():
            shutil.rmtree(folder, ignore_errors=True)
