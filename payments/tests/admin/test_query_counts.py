"""What the admin's lists ask the database: as much for a page of rows as for one row."""

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.filling import SMALL, fill_all
from myhibachi.core.models import AuditEntry
from payments.queries.proofs import wrong_projections

pytestmark = pytest.mark.django_db
# It names what its entries are about: a query for each kind of thing, of which there are few.
AUDIT_LOG = "/admin/core/auditentry/"


@pytest.fixture
def some_years():
    """Rows of every kind, in every state."""
    fill_all(SMALL)


def lists():
    """Return the model and the address of every list there is."""
    for model in django_admin.site._registry:
        page = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        yield model, reverse(page)


def test_a_list_of_many_asks_as_much_as_a_list_of_one(some_years, owner):
    asked = {address: queries(owner, address) for _, address in lists()}
    of_one = {
        address: queries(owner, f"{address}?pk__in={model._default_manager.first().pk}")
        for model, address in lists()
        if model._default_manager.exists() and address != AUDIT_LOG
    }

    assert {address: asked[address] for address in of_one} == of_one


def test_the_audit_log_asks_once_more_for_each_kind_of_thing_alone(some_years, owner):
    of_one_kind = "object_type=payments.payment"
    one = AuditEntry.objects.filter(object_type="payments.payment")[0]

    of_one = queries(owner, f"{AUDIT_LOG}?{of_one_kind}&pk__in={one.pk}")
    assert queries(owner, f"{AUDIT_LOG}?{of_one_kind}") == of_one


def test_no_list_counts_or_reads_on_without_a_limit(some_years, owner):
    unlimited = [
        (address, statement)
        for _, address in lists()
        for statement in statements(owner, address)
        if "COUNT(*)" in statement and "LIMIT" not in statement
    ]

    assert unlimited == []


def test_the_years_that_are_measured_are_years_that_could_have_been(some_years):
    assert wrong_projections() == []


@pytest.fixture
def owner(admin_client):
    """The admin, open for the owner, who sees every list."""
    return admin_client


def queries(browser, address):
    return len(statements(browser, address))


def statements(browser, address):
    # The first visit fills caches.
    assert browser.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        browser.get(address)
    return [query["sql"] for query in captured.captured_queries]
