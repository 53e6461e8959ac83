"""A database that a test wrote into is put back to how the migrations left it."""

from collections.abc import Iterator

import psycopg
import pytest

from devstack.testing import clusters, servers
from devstack.testing.pristine import Pristine

AUDITED = "SELECT count(*) FROM core_auditentry"
ALLOWED = """SELECT role.name, count(*)
    FROM auth_group role JOIN auth_group_permissions ON group_id = role.id GROUP BY 1"""


@pytest.fixture
def url() -> Iterator[str]:
    name = f"{servers.database_name()}_pristine"
    yield clusters.copy_database(servers.server_url(), name)
    clusters.drop_database(servers.server_url(), name)


@pytest.fixture
def pristine(url: str) -> Iterator[Pristine]:
    made = Pristine(url)
    yield made
    made.close()


def audit(url: str, *, commit: bool) -> psycopg.Connection[tuple[object, ...]]:
    """Write a row that no user can delete, and stay connected."""
    connection = psycopg.connect(url)
    connection.execute(
        "INSERT INTO core_auditentry (at, action, object_type, object_id, changes, note)"
        " VALUES (now(), 'made', 'booking', '1', '{}', '')"
    )
    if commit:
        connection.commit()
    return connection


def read(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return sorted(connection.execute(query).fetchall())


def test_rows_that_cannot_be_deleted_are_gone(url, pristine):
    with audit(url, commit=True) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DELETE FROM core_auditentry")
    assert read(url, AUDITED) == [(1,)]

    pristine.restore()

    assert read(url, AUDITED) == [(0,)]


def test_rows_of_the_migrations_are_back_as_they_were(url, pristine):
    before = read(url, ALLOWED)
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM auth_group_permissions WHERE group_id = 1")
        connection.execute("UPDATE auth_group SET name = 'changed' WHERE id = 2")

    pristine.restore()

    assert (len(before), read(url, ALLOWED)) == (4, before)


def test_who_has_left_a_transaction_open_is_sent_away(url, pristine):
    connection = audit(url, commit=False)

    pristine.restore()

    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    assert read(url, AUDITED) == [(0,)]
