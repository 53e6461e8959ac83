"""Servers before Django, then the fixtures of every test (devstack/testing/fixtures.py)."""

from devstack.testing import servers

# Settings are read, once, by whatever imports a model first.
servers.start()

import django  # noqa: E402 # after the servers

django.setup()

pytest_plugins = ["devstack.testing.fixtures"]
