"""Holds the schema that our migrations of dj-stripe make against what its own make."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import override_settings
from django.utils.crypto import get_random_string

OURS, STOCK = "ours", "stock"

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default,
           character_maximum_length, numeric_precision, numeric_scale, is_identity
    FROM information_schema.columns WHERE table_name LIKE 'djstripe%'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid::regclass::text LIKE 'djstripe%' AND contype <> 'n'
"""
INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE tablename LIKE 'djstripe%'"
# Django ends a name with a hash of what it is made of, and shortens it to fit.
INDEX_NAME = re.compile(r"INDEX \S+ ON")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How many columns, constraints and indexes agree, and a line for whatever does not."""

    equal: int
    differences: list[str]


def compare() -> Comparison:
    """Migrate dj-stripe's tables both ways, and compare what came of it."""
    ours, stock = _schema(OURS, {}), _schema(STOCK, {"MIGRATION_MODULES": {}})
    return Comparison(
        equal=(ours & stock).total(),
        differences=[
            *(f"only in our schema:  {row}" for row in sorted((ours - stock).elements())),
            *(f"only in dj-stripe's: {row}" for row in sorted((stock - ours).elements())),
        ],
    )


def _schema(name: str, changes: dict[str, Any]) -> Counter[str]:
    with _scratch_database(name), override_settings(**changes):
        executor = MigrationExecutor(connections[name])
        executor.migrate(executor.loader.graph.leaf_nodes("djstripe"))
        return Counter(
            [
                *_rows(name, COLUMNS),
                *_rows(name, CONSTRAINTS),
                *(INDEX_NAME.sub("INDEX … ON", row) for row in _rows(name, INDEXES)),
            ]
        )


def _rows(name: str, query: str) -> list[str]:
    with connections[name].cursor() as cursor:
        cursor.execute(query)
        return [" ".join(str(value) for value in row) for row in cursor.fetchall()]


@contextmanager
def _scratch_database(name: str) -> Iterator[None]:
    """Make an empty database and a connection of this name to it, for as long as the block."""
    database = f"mirror_schema_{name}_{get_random_string(8).lower()}"
    default = connections.databases["default"]
    # A pool would keep the database from being dropped.
    options = {key: value for key, value in default["OPTIONS"].items() if key != "pool"}
    _on_server(f'CREATE DATABASE "{database}" TEMPLATE template0')
    connections.databases[name] = {**default, "NAME": database, "OPTIONS": options}
    try:
        yield
    finally:
        connections[name].close()
        del connections[name]
        del connections.databases[name]
        _on_server(f'DROP DATABASE "{database}"')


def _on_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
