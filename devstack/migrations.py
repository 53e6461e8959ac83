"""Tells whether a database is migrated without starting Django.

A migrated database carries the fingerprint of the migrations it was migrated with.
"""

import hashlib

import psycopg
from psycopg import sql

from devstack.config import ROOT


def fingerprint() -> str:
    """Return a digest of all that migrating depends on: our migrations, roles, locked versions."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    folders = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
    # Every migrate makes the groups match the table of roles.
    roles = ROOT / "customers" / "roles.py"
    for file in sorted([*folders, *ROOT.glob("payments/mirror_migrations/*.py"), roles]):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def is_migrated(database_url: str) -> bool:
    """Say whether this database was migrated with exactly the migrations of now."""
    query = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        row = connection.execute(query).fetchone()
    return row == (fingerprint(),)


def remember(database_url: str) -> None:
    """Write the fingerprint into a database that has just been migrated."""
    comment = sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(fingerprint())
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        connection.execute(comment)


def create_database(maintenance_url: str, name: str) -> None:
    """Make a database unless it is there."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not found.fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
