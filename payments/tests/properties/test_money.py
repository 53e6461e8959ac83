"""Any sequence of movements ends where a simple model says, and so does every step of it."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from customers.tests.factories import UserFactory
from payments.tests.properties.machine import Money

pytestmark = pytest.mark.django_db

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
SAME = settings(
    max_examples=25,
    stateful_step_count=18,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=QUIET,
)


@pytest.fixture(autouse=True)
def _staff(monkeypatch):
    staff = {role: UserFactory(role=role) for role in ("manager", "finance")}
    monkeypatch.setattr(Money, "staff", staff, raising=False)


def test_after_every_step_the_books_are_as_the_model_says():
    run_state_machine_as_test(Money, settings=SAME)


@pytest.mark.slow
def test_after_every_step_of_many_long_sequences_the_books_are_as_the_model_says():
    more = settings(SAME, max_examples=200, stateful_step_count=50, derandomize=False)
    run_state_machine_as_test(Money, settings=more)
