"""Who paid: new customers, returning ones, and what they bring."""

from datetime import date

import pytest

from bookings.tests.factories import BookingFactory
from customers.tests.factories import CustomerFactory
from payments.queries.analytics_payers import (
    PayerFigures,
    Payers,
    TopPayer,
    payers,
    payers_lifetime_value,
    paying_customers,
    top_payers,
)
from payments.queries.period import Period
from payments.tests.factories import paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE = (at_venue(date(2026, month, 15)) for month in (4, 5, 6))
PERIOD = Period(first=date(2026, 5, 1), last=date(2026, 6, 30))
MAY_1, JUNE_1 = date(2026, 5, 1), date(2026, 6, 1)


def pay(customer, amount: int, at, **fields):
    return paid_payment(booking=BookingFactory(customer=customer), amount=amount, at=at, **fields)


@pytest.fixture
def people():
    """Ada paid in April, May and June; Bob in May and June; Cid twice in June."""
    ada, bob, cid = (CustomerFactory(name=name) for name in ("Ada", "Bob", "Cid"))
    for moment in (APRIL, MAY, JUNE):
        pay(ada, 10_000, moment)
    for moment in (MAY, JUNE):
        pay(bob, 20_000, moment)
    both = [pay(cid, 5_000, JUNE), pay(cid, 6_000, JUNE)]
    entry(both[0], "fee", -175, JUNE)
    refunded(both[0], amount=1_000, at=JUNE)
    return ada, bob, cid


@pytest.mark.usefixtures("people")
def test_a_customer_is_new_once_and_returns_afterwards():
    april = Period(first=date(2026, 4, 1), last=date(2026, 4, 30))
    found = payers(PERIOD, april)
    assert found == PayerFigures(
        whole=Payers(3, 2),
        by_bucket={MAY_1: Payers(2, 1), JUNE_1: Payers(3, 1)},
        before=Payers(1, 1),
    )
    assert [each.returning for each in found.by_bucket.values()] == [1, 2]
    assert payers(PERIOD, None).before is None


@pytest.mark.usefixtures("people")
def test_nobody_paid_after_june():
    later = Period(first=date(2026, 7, 1), last=date(2026, 7, 31))
    assert (payers(later, None).whole, top_payers(later)) == (Payers(0, 0), [])


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("", [("Ada", 20_000, 2), ("Bob", 40_000, 2), ("Cid", 11_000, 2)]),
        ("new", [("Bob", 40_000, 2), ("Cid", 11_000, 2)]),
        ("returning", [("Ada", 20_000, 2)]),
    ],
)
def test_the_customers_behind_each_count(who, expected):
    rows = paying_customers(PERIOD, who).order_by("name")
    assert [(row["name"], row["amount"], row["payments"]) for row in rows] == expected


def test_who_brought_most_and_what_they_are_worth(people):
    _ada, bob, cid = people
    assert top_payers(PERIOD, limit=3)[0] == TopPayer(
        customer_id=bob.pk,
        name="Bob",
        amount=40_000,
        payments=2,
        lifetime_value=40_000,
        first_paid_at=MAY,
    )
    assert [(top.name, top.amount, top.lifetime_value) for top in top_payers(PERIOD)] == [
        ("Bob", 40_000, 40_000),
        ("Ada", 20_000, 30_000),
        ("Cid", 10_000, 10_000),
    ]
    assert payers_lifetime_value(PERIOD) == 80_000
    # What comes later is no part of it.
    pay(cid, 90_000, at_venue(date(2026, 8, 1)))
    assert payers_lifetime_value(PERIOD) == 80_000
