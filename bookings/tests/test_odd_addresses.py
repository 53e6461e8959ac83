"""What somebody pastes into an address or a form is no error of ours."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

FORMS = ("booking", "quote", "waitlistentry")


def add(table: str) -> str:
    return reverse(f"admin:bookings_{table}_add")


@pytest.mark.parametrize("table", FORMS)
def test_a_customer_in_the_address_that_is_none_leaves_the_field_empty(admin_client, table):
    page = admin_client.get(add(table), {"customer": "x", "guests": "8"})
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert ("<option" in str(form["customer"]), form.initial["guests"]) == (False, "8")


@pytest.mark.parametrize("table", FORMS)
def test_a_customer_in_the_form_that_is_none_is_said_at_the_field(admin_client, table):
    page = admin_client.post(add(table), {"customer": "x", "guests": "8"})
    assert page.status_code == 200
    assert page.context["adminform"].form.errors["customer"] == ["“x” is not a valid UUID."]
