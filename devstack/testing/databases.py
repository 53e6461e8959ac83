"""pytest-django's database, made as a copy of the migrated template."""

from typing import Any

from django.db import connection, connections
from django.test import TransactionTestCase

from devstack.testing import clusters, servers


def make() -> None:
    """Make this process' test database, and have it made anew after each transactional test.

    Django would flush it instead: that empties the tables which migrations filled, and
    meets the triggers that protect money.
    """
    clusters.copy_database(servers.server_url(), servers.database_name())
    setattr(TransactionTestCase, "_fixture_teardown", _make_anew)  # noqa: B010 # not in its stubs


def drop() -> None:
    """Drop the database."""
    close()
    clusters.drop_database(servers.server_url(), servers.database_name())


def close() -> None:
    """Close every connection of this process, those waiting in the pool included."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL's, and all we run on


def _make_anew(_: Any) -> None:
    close()
    clusters.copy_database(servers.server_url(), servers.database_name())
