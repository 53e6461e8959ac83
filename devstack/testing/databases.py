"""pytest-django's database, made as a copy of the migrated template."""

from typing import Any

from django.db import connection, connections
from django.test import TransactionTestCase

from devstack.testing import clusters, servers
from devstack.testing.pristine import Pristine


def make() -> Pristine:
    """Make this process' test database, and have it restored after each transactional test.

    Django would flush it instead: that empties the tables which migrations filled, and
    meets the triggers that protect money.
    """
    pristine = Pristine(clusters.copy_database(servers.server_url(), servers.database_name()))

    def restore(_: Any) -> None:
        close()
        pristine.restore()

    setattr(TransactionTestCase, "_fixture_teardown", restore)  # noqa: B010 # not in its stubs
    return pristine


def drop() -> None:
    """Drop the database."""
    close()
    clusters.drop_database(servers.server_url(), servers.database_name())


def close() -> None:
    """Close every connection of this process, those waiting in the pool included."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL's, and all we run on
