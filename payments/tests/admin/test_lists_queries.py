"""A list takes as many queries for sixty rows as for one, and counts no further than it says."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.tests.admin.list_rows import LISTS, address, make_one
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db


def test_each_list_and_its_search_take_as_many_queries_for_sixty_rows_as_for_one(admin):
    def count() -> dict[tuple[str, str], int]:
        counts = {}
        for table, term in product(LISTS, ("", "contact")):
            with CaptureQueriesContext(connection) as found:
                assert admin.get(address(table), {"q": term}).status_code == 200
            counts[table, term] = len(found)
        return counts

    make_one()
    count()
    for_one = count()
    for number in range(1, 60):
        make_one(number)

    assert count() == for_one


def test_counting_payments_adds_up_no_other_table(admin):
    paid_payment()
    with CaptureQueriesContext(connection) as found:
        admin.get(address("payments_payment"))

    [counted] = [each["sql"] for each in found if "COUNT(*)" in each["sql"]]
    assert "payments_refund" not in counted
    assert "LIMIT 5000" in counted
