"""Revenue by the date on which money was ours to use."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import BalanceTransaction, Payment
from payments.queries.analytics import payment_analytics
from payments.queries.analytics_money import Bucket, Totals
from payments.queries.cash_dates import dated_entries, entries_in, parts_of
from payments.queries.period import Period
from payments.tests.factories import PaymentFactory, paid_payment, refunded, stripe_id
from payments.tests.queries.ledgers import at_venue, entry
from payments.tests.queries.test_analytics import NOTHING, totals

pytestmark = pytest.mark.django_db

JUNE_1, JUNE_30 = date(2026, 6, 1), date(2026, 6, 30)
JULY_1, JULY_2, JULY_31 = date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 31)


def moved(kind: str, source: str, amount: int, fee: int, *, on: date, available_on: date) -> str:
    """Note a balance transaction of Stripe's; return its id."""
    made = BalanceTransaction.objects.create(
        stripe_balance_transaction_id=stripe_id("txn"),
        type=kind,
        source=source,
        amount=amount,
        fee=fee,
        net=amount - fee,
        occurred_at=datetime.combine(on, time(20), tzinfo=UTC),
        available_on=available_on,
    )
    return made.stripe_balance_transaction_id


def charged(amount: int, fee: int, *, on: date, available_on: date) -> Payment:
    payment = paid_payment(amount=amount, at=at_venue(on))
    txn = moved(
        "charge", payment.stripe_charge_id or "", amount, fee, on=on, available_on=available_on
    )
    entry(payment, "fee", -fee, at_venue(on), cause=f"fee:{txn}")
    return payment


def figures(first: date, last: date, basis: str = "cash"):
    return payment_analytics(first, last, basis=basis)


def test_a_charge_counts_with_its_fee_from_the_day_it_may_be_paid_out():
    charged(10000, 320, on=JUNE_30, available_on=JULY_2)
    june, july = figures(JUNE_1, JUNE_30), figures(JULY_1, JULY_31)
    one = totals(payments=1, charged=10000, fees=320)
    assert (june.totals, june.not_settled, june.not_settled_before) == (NOTHING, one, NOTHING)
    assert (july.totals, july.not_settled, july.not_settled_before) == (one, NOTHING, one)
    assert july.revenue == [Bucket(start=JULY_1, totals=one)]
    assert (july.by_method, july.by_payment_type) == ({"stripe": one}, {"deposit": one})
    assert july.previous is not None
    assert july.previous.totals == NOTHING


def test_by_event_date_nothing_is_said_of_settling():
    charged(10000, 320, on=JUNE_30, available_on=JULY_2)
    june = figures(JUNE_1, JUNE_30, "event")
    assert june.totals == totals(payments=1, charged=10000, fees=320)
    assert (june.not_settled, june.not_settled_before) == (None, None)


def test_money_by_hand_counts_at_once():
    cash = PaymentFactory(method="cash", status="canceled")
    entry(cash, "charge", 5000, at_venue(JUNE_30, time(23, 59)), cause=f"manual:{cash.pk}")
    june = figures(JUNE_1, JUNE_30)
    assert june.totals == totals(payments=1, charged=5000)
    assert june.not_settled == NOTHING


def test_what_stripe_has_not_told_of_is_not_settled():
    payment = paid_payment(amount=10000, at=at_venue(JUNE_1))
    refunded(payment, amount=2500, at=at_venue(JUNE_30), reason="weather")
    june = figures(JUNE_1, JUNE_30)
    assert june.totals == NOTHING
    assert june.refunds.by_reason == []
    assert june.not_settled == totals(payments=1, charged=10000, refunded=2500)


def test_a_refund_and_its_failure_are_two_transactions_of_one_source():
    payment = charged(10000, 320, on=JUNE_1, available_on=date(2026, 6, 3))
    refund = refunded(payment, amount=2500, at=at_venue(JUNE_30), reason="weather")
    source = refund.stripe_refund_id or ""
    entry(payment, "refund_reversal", 2500, at_venue(JULY_1), cause=f"refund_reversal:{source}")
    moved("refund", source, -2500, 0, on=JUNE_30, available_on=JUNE_30)
    moved("refund_failure", source, 2500, 0, on=JULY_1, available_on=JULY_1)
    june, july = figures(JUNE_1, JUNE_30), figures(JULY_1, JULY_31)
    assert june.totals == totals(payments=1, charged=10000, refunded=2500, fees=320)
    assert july.totals == totals(refunded=-2500)
    assert [each.reason for each in june.refunds.by_reason] == ["weather"]


def test_what_is_corrected_later_counts_later():
    payment = charged(10000, 320, on=JUNE_1, available_on=date(2026, 6, 3))
    cause = f"adjustment:charge:{payment.stripe_charge_id}#1"
    entry(payment, "adjustment", -100, at_venue(JULY_1), cause=cause)
    assert figures(JUNE_1, JUNE_30).totals == totals(payments=1, charged=10000, fees=320)
    july = figures(JULY_1, JULY_31)
    assert july.totals == totals(adjusted=-100)
    assert july.by_method == {"stripe": july.totals}


def test_what_happened_is_what_settled_and_what_did_not_yet():
    for day in range(1, 29, 3):
        charged(1000 * day, 30, on=date(2026, 6, day), available_on=date(2026, 6, day + 2))
    paid_payment(amount=777, at=at_venue(date(2026, 6, 11)))
    for first, last in ((5, 5), (1, 14), (2, 30), (11, 12), (13, 27)):
        when = date(2026, 6, first), date(2026, 6, last)
        cash, event = figures(*when), figures(*when, "event")
        assert cash.not_settled is not None
        assert cash.not_settled_before is not None
        tied = {
            name: getattr(cash.totals, name)
            + getattr(cash.not_settled, name)
            - getattr(cash.not_settled_before, name)
            for name in vars(NOTHING)
        }
        assert Totals(**tied) == event.totals


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 30), (3, 5), (10, 12), (20, 30)])
def test_the_three_parts_are_the_entries_whose_cash_date_is_in_the_period(first, last):
    for day in range(1, 29, 4):
        payment = charged(
            1000 * day, 30, on=date(2026, 6, day), available_on=date(2026, 6, day + 2)
        )
        corrected = f"adjustment:charge:{payment.stripe_charge_id}#1"
        entry(payment, "adjustment", -day, at_venue(date(2026, 6, day + 2)), cause=corrected)
        cash = PaymentFactory(method="cash", status="canceled")
        entry(cash, "charge", day, at_venue(date(2026, 6, day)), cause=f"manual:{cash.pk}")
        paid_payment(amount=777, at=at_venue(date(2026, 6, day)))
    period = Period(first=date(2026, 6, first), last=date(2026, 6, last), basis="cash")
    by_date = dated_entries().filter(cash_date__range=(period.first, period.last))
    expected = sorted(by_date.values_list("pk", "cash_date"))
    parts = parts_of(period)
    assert sorted(row for part in parts for row in part.values_list("pk", "day")) == expected
    assert sorted(entries_in(period).values_list("pk", flat=True)) == [pk for pk, _ in expected]


def test_the_number_of_queries_does_not_grow():
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            figures(JUNE_1, JUNE_30)
        return len(queries)

    before = count()
    for _ in range(5):
        charged(10000, 320, on=JUNE_1, available_on=JULY_2)
    assert (before, count()) == (18, 18)
