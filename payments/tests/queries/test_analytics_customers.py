from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import CustomerFactory
from payments.queries.analytics_customers import (
    CustomerAnalytics,
    MethodUse,
    TopCustomer,
    customer_analytics,
)
from payments.queries.period import Period
from payments.tests.factories import paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry

pytestmark = pytest.mark.django_db

MAY, JUNE, LATER = (at_venue(date(2026, month, 15)) for month in (5, 6, 8))
FIRST, LAST = date(2026, 6, 1), date(2026, 7, 31)


def analytics(**options) -> CustomerAnalytics:
    return customer_analytics(FIRST, LAST, now=timezone.now(), **options)


def pay(customer, amount: int, at, **fields):
    return paid_payment(booking=BookingFactory(customer=customer), amount=amount, at=at, **fields)


def test_nobody_has_paid():
    assert analytics() == CustomerAnalytics(
        currency="usd",
        period=Period(first=FIRST, last=LAST),
        customers=0,
        new=0,
        returning=0,
        lifetime_value=0,
        average_lifetime_value=0,
        tiers={"platinum": 0, "gold": 0, "silver": 0, "none": 0},
        methods=[],
        top=[],
    )


def test_what_customers_are_worth():
    ada, bob = CustomerFactory(name="Ada"), CustomerFactory(name="Bob")
    pay(ada, 150_000, MAY)
    tip = pay(ada, 60_000, JUNE, payment_type="gratuity")
    refunded(tip, amount=5_000, at=JUNE)
    entry(tip, "fee", -2_000, JUNE)
    pay(bob, 40_000, JUNE)
    pay(bob, 900_000, LATER)
    pay(CustomerFactory(), 50_000, MAY)
    pay(CustomerFactory(), 50_000, LATER)

    found = analytics(limit=2)

    assert found == CustomerAnalytics(
        currency="usd",
        period=Period(first=FIRST, last=LAST),
        customers=2,
        new=1,
        returning=1,
        lifetime_value=295_000,
        average_lifetime_value=98_333,
        tiers={"platinum": 0, "gold": 1, "silver": 1, "none": 1},
        methods=[MethodUse(method="stripe", customers=2, payments=2, amount=100_000)],
        top=[
            TopCustomer(
                customer_id=ada.pk,
                name="Ada",
                email=ada.email,
                lifetime_value=205_000,
                tier="gold",
                payments=2,
                bookings=2,
                first_paid_at=MAY,
                last_paid_at=JUNE,
                preferred_method="stripe",
            ),
            found.top[1],
        ],
    )
    assert (found.top[1].lifetime_value, found.top[1].tier) == (50_000, "silver")


def test_the_method_used_most_often_is_preferred():
    ada = CustomerFactory()
    pay(ada, 90_000, MAY)
    for _ in range(2):
        cash = pay(ada, 10_000, MAY)
        type(cash).objects.filter(pk=cash.pk).update(method="cash")
    assert [customer.preferred_method for customer in analytics().top] == ["cash"]


def test_however_many_customers_it_is_six_queries():
    for _ in range(3):
        pay(CustomerFactory(), 10_000, JUNE)
    with CaptureQueriesContext(connection) as queries:
        analytics()
    assert len(queries) == 6
