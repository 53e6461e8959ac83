"""A customer's own profile: who they are and what their custom has come to."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from payments.tests.factories import paid_payment, refunded

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db) -> Customer:
    return CustomerFactory(name="Gil Guest", phone="555", user__name="Gil Guest")


@pytest.fixture
def api(customer: Customer) -> APIClient:
    client = APIClient()
    client.force_authenticate(customer.user)
    return client


def pay(customer: Customer, amount: int):
    return paid_payment(booking=BookingFactory(customer=customer), amount=amount)


def test_somebody_new_is_told_how_far_silver_is(api, customer):
    assert api.get("/api/customers/me").json() == {
        "id": str(customer.pk),
        "name": "Gil Guest",
        "email": customer.email,
        "phone": "555",
        "account_email": customer.user.email,
        "currency": "usd",
        "lifetime_value": 0,
        "loyalty_tier": "none",
        "next_tier": {"tier": "silver", "at": 50000, "to_go": 50000},
        "bookings": 0,
        "created_at": api.get("/api/customers/me").json()["created_at"],
    }


@pytest.mark.parametrize(
    ("paid", "tier", "next_tier"),
    [
        (49999, "none", {"tier": "silver", "at": 50000, "to_go": 1}),
        (50000, "silver", {"tier": "gold", "at": 200000, "to_go": 150000}),
        (199999, "silver", {"tier": "gold", "at": 200000, "to_go": 1}),
        (200000, "gold", {"tier": "platinum", "at": 500000, "to_go": 300000}),
        (500000, "platinum", None),
    ],
)
def test_each_tier_begins_to_the_cent(api, customer, paid, tier, next_tier):
    pay(customer, paid)
    found = api.get("/api/customers/me").json()
    assert (found["lifetime_value"], found["loyalty_tier"], found["next_tier"]) == (
        paid, tier, next_tier,
    )  # fmt: skip


def test_what_went_back_does_not_count(api, customer):
    refunded(pay(customer, 60000), amount=20000)
    assert api.get("/api/customers/me").json()["lifetime_value"] == 40000


def test_name_and_phone_are_ones_own_to_correct(api, customer):
    answer = api.patch("/api/customers/me", {"name": "Gillian", "phone": ""}, format="json")
    assert (answer.status_code, answer.json()["name"], answer.json()["phone"]) == (
        200, "Gillian", "",
    )  # fmt: skip
    customer.refresh_from_db()
    customer.user.refresh_from_db()
    assert (customer.name, customer.user.name) == ("Gillian", "Gillian")


def test_the_email_and_what_was_not_sent_stay(api, customer):
    api.patch("/api/customers/me", {"phone": "556", "email": "x@example.com"}, format="json")
    changed = Customer.objects.get()
    assert (changed.name, changed.phone, changed.email) == ("Gil Guest", "556", customer.email)


def test_an_empty_name_is_refused(api):
    assert api.patch("/api/customers/me", {"name": " "}, format="json").status_code == 400


def test_strangers_have_no_profile():
    assert APIClient().get("/api/customers/me").status_code == 401


def test_it_takes_the_same_queries_however_much_there_is(api, customer):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            api.get("/api/customers/me")
        counts.append(len(queries))
        pay(customer, 10000)
        pay(customer, 20000)
    assert counts == [4, 4]
