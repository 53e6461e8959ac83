"""Puts a test's database back to how the migrations left it.

Many times as fast as copying the template again, which makes some 1,500 files.
"""

import time

import psycopg
from psycopg import sql

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
# As text: JSON has no equality.
DIFFERS = """EXISTS (
    (SELECT t::text FROM public.{name} t EXCEPT ALL SELECT t::text FROM pristine.{name} t)
    UNION ALL
    (SELECT t::text FROM pristine.{name} t EXCEPT ALL SELECT t::text FROM public.{name} t))"""
IF_FILLED = """IF {differs} THEN
    DELETE FROM public.{name}; INSERT INTO public.{name} TABLE pristine.{name};
END IF;"""
IF_EMPTY = "IF EXISTS (SELECT FROM public.{name}) THEN DELETE FROM public.{name}; END IF;"
RESTORE = "CREATE FUNCTION pristine.restore() RETURNS void LANGUAGE plpgsql AS {body}"
OTHERS = """FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Pristine:
    """Remembers what a new copy of the template holds, and restores it."""

    def __init__(self, url: str) -> None:
        # One session for all tests: it has planned all its statements.
        self._connection = psycopg.connect(url, autocommit=True)
        self._remember()
        # No trigger or foreign key keeps a row that has to go.
        self._connection.execute("SET session_replication_role = replica")

    def restore(self) -> None:
        """Undo what a test has written, and end whoever is still connected."""
        while self._connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}").fetchall():
            time.sleep(0.001)
        self._connection.execute("SELECT pristine.restore()")

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _remember(self) -> None:
        self._connection.execute("CREATE SCHEMA pristine")
        steps = [self._step(sql.Identifier(name)) for (name,) in self._connection.execute(TABLES)]
        body = sql.SQL("BEGIN {steps} END").format(steps=sql.SQL("\n").join(steps))
        text = sql.Literal(body.as_string(self._connection))
        self._connection.execute(sql.SQL(RESTORE).format(body=text))

    def _step(self, name: sql.Identifier) -> sql.Composed:
        is_filled = sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(name)
        if self._connection.execute(is_filled).fetchone() == (False,):
            return sql.SQL(IF_EMPTY).format(name=name)
        copied = sql.SQL("CREATE TABLE pristine.{0} AS TABLE public.{0}").format(name)
        self._connection.execute(copied)
        differs = sql.SQL(DIFFERS).format(name=name)
        return sql.SQL(IF_FILLED).format(differs=differs, name=name)
