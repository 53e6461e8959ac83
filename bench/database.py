"""A database of one's own for a benchmark, as the tests have theirs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django


def anew() -> None:
    """Replace the database by an empty one."""
    from devstack.testing import databases

    databases.close()
    databases.make()


@contextmanager
def fresh_database() -> Iterator[None]:
    """Start Django on an empty, migrated database for as long as the block.

    A statement has one processor there: the others are other people's.
    """
    os.environ["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "devstack.testing.settings"
    # Reading these settings starts the servers.
    django.setup()
    from devstack.testing import databases, servers

    databases.make()
    try:
        yield
    finally:
        databases.drop()
        servers.stop()
