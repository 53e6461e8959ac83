import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from payments.tests.api.clients import Api, logged_in


@pytest.fixture
def customer(db) -> Customer:
    return CustomerFactory(name="Gil Guest", email="gil@example.com")


@pytest.fixture
def api(customer: Customer) -> Api:
    """The customer's own requests."""
    return Api(customer.user)


@pytest.fixture
def support(db) -> Api:
    return logged_in("support")


@pytest.fixture
def manager(db) -> Api:
    return logged_in("manager")


@pytest.fixture
def finance(db) -> Api:
    return logged_in("finance")
