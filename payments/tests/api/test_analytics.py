"""The analytics as the owner gets them."""

from datetime import date

import pytest

from bookings.tests.factories import BookingFactory
from payments.tests.api.clients import Api, logged_in, refusal
from payments.tests.factories import DisputeFactory, paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry

pytestmark = pytest.mark.django_db

NOVEMBER = at_venue(date(2026, 11, 10))
NOTHING = dict.fromkeys(
    ["payments", "charged", "refunded", "disputed", "adjusted", "fees", "revenue", "net"], 0
)


@pytest.fixture
def admin(db) -> Api:
    return logged_in("admin")


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(at_venue(date(2026, 11, 22)), tick=False)


def test_the_figures_of_the_customers_readme_and_the_rest(admin):
    deposit = paid_payment(amount=10000, at=NOVEMBER)
    entry(deposit, "fee", -320, NOVEMBER)
    refunded(deposit, amount=5000, reason="rain", at=NOVEMBER)
    paid_payment(amount=45001, payment_type="balance", at=at_venue(date(2026, 1, 5)))
    DisputeFactory(payment=deposit, status="won", opened_at=NOVEMBER)

    found = admin.get("analytics/payments").json()

    assert {name: found[name] for name in list(found)[:4]} == {
        "total_payments": 2,
        "total_amount": 55001,
        "avg_payment": 27501,
        "payment_methods": {"stripe": 2},
    }
    months = {row["month"]: row for row in found["monthly_revenue"]}
    assert (len(months), min(months), max(months)) == (12, "2025-12", "2026-11")
    assert months["2026-01"] == {"month": "2026-01", "payments": 1, "revenue": 45001}
    assert months["2026-11"] == {"month": "2026-11", "payments": 1, "revenue": 5000}
    assert found["currency"] == "usd"
    assert found["period"] == {
        "from": "2025-12-01",
        "to": "2026-11-22",
        "granularity": "month",
        "basis": "event",
    }
    assert (found["not_settled"], found["not_settled_before"]) == (None, None)
    assert (found["fees"], found["net"]) == (320, 49681)
    assert found["refunds"] == {
        "count": 1,
        "amount": 5000,
        "rate": 0.0909,
        "by_reason": [{"reason": "rain", "count": 1, "amount": 5000, "rate": 0.0909}],
    }
    assert found["disputes"] == {
        "count": 1,
        "amount": 0,
        "rate": 0.5,
        "won": 1,
        "lost": 0,
        "win_rate": 1.0,
    }
    assert found["attempts"] == {
        "succeeded": 2,
        "failed": 0,
        "open": 0,
        "canceled": 0,
        "success_rate": 1.0,
        "failure_rate": 0.0,
        "reasons": [],
    }
    balance = NOTHING | {"payments": 1, "charged": 45001, "revenue": 45001, "net": 45001}
    assert found["by_payment_type"]["balance"] == balance
    assert found["by_method"] == {"stripe": found["totals"]}
    assert found["revenue"][1] == {"start": "2026-01-01"} | balance
    assert set(found) - set(found["previous"]) == {"previous"}
    assert found["previous"]["period"] == {
        "from": "2024-12-09",
        "to": "2025-11-30",
        "granularity": "month",
        "basis": "event",
    }
    assert found["previous"]["totals"] == NOTHING


def test_a_day_of_ones_own(admin):
    paid_payment(amount=10000, at=NOVEMBER)
    query = {"from": "2026-11-10", "to": "2026-11-11", "granularity": "day"}
    found = admin.get("analytics/payments", **query).json()
    assert [(row["start"], row["charged"]) for row in found["revenue"]] == [
        ("2026-11-10", 10000),
        ("2026-11-11", 0),
    ]


def test_customers(admin, customer):
    for amount in (150_000, 60_000):
        booking = BookingFactory(customer=customer)
        paid_payment(booking=booking, amount=amount, at=NOVEMBER)
    found = admin.get("analytics/customers", limit=1).json()
    assert found == {
        "currency": "usd",
        "period": {"from": "2025-12-01", "to": "2026-11-22"},
        "customers": 1,
        "new": 1,
        "returning": 0,
        "lifetime_value": 210_000,
        "average_lifetime_value": 210_000,
        "tiers": {"platinum": 0, "gold": 1, "silver": 0, "none": 0},
        "methods": [{"method": "stripe", "customers": 1, "payments": 2, "amount": 210_000}],
        "top": [
            {
                "customer_id": str(customer.pk),
                "name": "Gil Guest",
                "email": "gil@example.com",
                "lifetime_value": 210_000,
                "tier": "gold",
                "payments": 2,
                "bookings": 2,
                "first_paid_at": NOVEMBER.isoformat(),
                "last_paid_at": NOVEMBER.isoformat(),
                "preferred_method": "stripe",
            }
        ],
    }


@pytest.mark.parametrize("path", ["analytics/payments", "analytics/customers"])
def test_who_may_not(path, api, support, manager, finance):
    for caller in (api, support, manager):
        assert refusal(caller.get(path)) == (403, "permission_denied", None)
    assert finance.get(path).status_code == 200
    assert refusal(Api().get(path))[0] == 401


@pytest.mark.parametrize("path", ["analytics/payments", "analytics/customers"])
@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"from": "2026-13-01"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "from"),
        ({"from": "2001-01-01", "to": "2020-01-01"}, "from"),
    ],
)
def test_a_range_that_makes_no_sense_is_a_400(admin, path, query, attr):
    assert refusal(admin.get(path, **query)) == (400, "invalid", attr)


def test_a_granularity_that_makes_no_sense_is_a_400(admin):
    response = admin.get("analytics/payments", granularity="year")
    assert refusal(response) == (400, "invalid_choice", "granularity")


def test_revenue_by_cash_date_says_what_is_not_settled(admin):
    paid_payment(amount=10000, at=NOVEMBER)
    query = {"from": "2026-11-10", "to": "2026-11-11", "granularity": "day", "basis": "cash"}
    found = admin.get("analytics/payments", **query).json()
    assert found["period"]["basis"] == "cash"
    assert [row["charged"] for row in found["revenue"]] == [0, 0]
    assert (found["not_settled"]["charged"], found["not_settled_before"]) == (10000, NOTHING)


def test_a_basis_that_makes_no_sense_is_a_400(admin):
    response = admin.get("analytics/payments", basis="accrual")
    assert refusal(response) == (400, "invalid_choice", "basis")
