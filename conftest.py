"""Fixtures that tests of every app share; see devstack/testing/fixtures.py."""

pytest_plugins = ["devstack.testing.fixtures"]
