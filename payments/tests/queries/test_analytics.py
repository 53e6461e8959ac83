from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from myhibachi.core.errors import InvalidInput
from payments.models import Payment
from payments.queries.analytics import payment_analytics
from payments.queries.analytics_attempts import Attempts, FailureReason
from payments.queries.analytics_losses import Disputes, RefundReason, Refunds
from payments.queries.analytics_money import Bucket, Totals
from payments.queries.period import Period
from payments.tests.factories import DisputeFactory, PaymentFactory, paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 31)
NOTHING = Totals(payments=0, charged=0, refunded=0, disputed=0, adjusted=0, fees=0)


def totals(**figures: int) -> Totals:
    return Totals(**{**vars(NOTHING), **figures})


def test_an_empty_period_has_every_bucket_and_no_rates():
    found = payment_analytics(JUNE, JULY)
    assert found.totals == NOTHING
    assert found.totals.average == 0
    assert found.revenue == [
        Bucket(start=JUNE, totals=NOTHING),
        Bucket(start=date(2026, 7, 1), totals=NOTHING),
    ]
    assert (found.by_method, found.by_payment_type) == ({}, {})
    assert found.attempts == Attempts(succeeded=0, failed=0, open=0, canceled=0, reasons=[])
    assert found.attempts.success_rate is None
    assert found.refunds == Refunds(count=0, amount=0, rate=None, by_reason=[])
    assert found.disputes == Disputes(count=0, amount=0, rate=None, won=0, lost=0)
    assert found.disputes.win_rate is None


def test_a_partial_refund_leaves_the_payment_and_takes_exactly_itself_from_the_revenue():
    payment = paid_payment(amount=10000, at=at_venue(date(2026, 6, 10)))
    before = payment_analytics(JUNE, JULY)
    refunded(payment, amount=2550, at=at_venue(date(2026, 7, 2)))
    after = payment_analytics(JUNE, JULY)

    assert before.totals == totals(payments=1, charged=10000)
    assert after.totals == totals(payments=1, charged=10000, refunded=2550)
    assert (before.totals.revenue, after.totals.revenue) == (10000, 7450)
    assert after.revenue == [
        Bucket(start=JUNE, totals=totals(payments=1, charged=10000)),
        Bucket(start=date(2026, 7, 1), totals=totals(refunded=2550)),
    ]
    assert after.by_method == {"stripe": after.totals}
    assert after.by_payment_type == {"deposit": after.totals}


def test_a_day_begins_and_ends_at_the_venues_midnight():
    for moment in [
        at_venue(date(2026, 5, 31), time(23, 59, 59)),
        at_venue(JUNE, time(0)),
        at_venue(date(2026, 6, 2), time(23, 59, 59)),
        at_venue(date(2026, 6, 3), time(0)),
    ]:
        paid_payment(amount=10000, at=moment)
    found = payment_analytics(JUNE, date(2026, 6, 2), "day")
    one = totals(payments=1, charged=10000)
    assert found.revenue == [
        Bucket(start=JUNE, totals=one),
        Bucket(start=date(2026, 6, 2), totals=one),
    ]


def test_days_stay_whole_when_the_clocks_change():
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    for day in (spring, autumn):
        paid_payment(amount=10000, at=at_venue(day, time(0)))
        paid_payment(amount=10000, at=at_venue(day, time(23, 59)))
        found = payment_analytics(day, day, "day")
        assert found.totals == totals(payments=2, charged=20000)


def test_weeks_begin_on_monday_and_months_stand_beside_them():
    paid_payment(amount=10000, at=at_venue(date(2026, 6, 3)))  # a Wednesday
    found = payment_analytics(date(2026, 6, 3), date(2026, 6, 8), "week")
    one = totals(payments=1, charged=10000)
    assert found.revenue == [
        Bucket(start=JUNE, totals=one),
        Bucket(start=date(2026, 6, 8), totals=NOTHING),
    ]
    assert found.months == [Bucket(start=JUNE, totals=one)]


def test_the_previous_period_is_as_long_and_ends_the_day_before():
    paid_payment(amount=30000, at=at_venue(date(2026, 5, 31)))
    paid_payment(amount=10000, at=at_venue(JUNE))
    found = payment_analytics(JUNE, date(2026, 6, 30))
    assert found.totals.charged == 10000
    assert found.previous is not None
    assert found.previous.period == Period(first=date(2026, 5, 2), last=date(2026, 5, 31))
    assert found.previous.totals.charged == 30000
    assert found.previous.previous is None


def test_fees_and_disputes_come_off_and_won_money_comes_back():
    payment = paid_payment(amount=10000, at=at_venue(JUNE))
    entry(payment, "fee", -320, at_venue(JUNE))
    entry(payment, "dispute_withdrawn", -10000, at_venue(date(2026, 6, 5)))
    entry(payment, "fee", -1500, at_venue(date(2026, 6, 5)))
    DisputeFactory(payment=payment, status="won", opened_at=at_venue(date(2026, 6, 5)))
    DisputeFactory(payment=payment, status="lost", opened_at=at_venue(date(2026, 6, 6)))
    DisputeFactory(payment=payment, status="lost", opened_at=at_venue(date(2026, 8, 1)))
    lost = payment_analytics(JUNE, JULY)
    entry(payment, "dispute_reinstated", 10000, at_venue(date(2026, 6, 20)))
    won = payment_analytics(JUNE, JULY)

    assert lost.totals == totals(payments=1, charged=10000, disputed=10000, fees=1820)
    assert (lost.totals.revenue, lost.totals.net) == (0, -1820)
    assert (won.totals.revenue, won.totals.net) == (10000, 8180)
    assert won.disputes == Disputes(count=2, amount=0, rate=2.0, won=1, lost=1)
    assert won.disputes.win_rate == 0.5


def test_refunds_are_grouped_by_their_reason_as_it_was_given():
    payment = paid_payment(amount=40000, at=at_venue(JUNE))
    for amount, reason in [(1000, "rain"), (3000, "customer_request"), (500, "rain"), (200, "")]:
        refunded(payment, amount=amount, reason=reason, at=at_venue(JUNE))
    found = payment_analytics(JUNE, JULY).refunds
    assert found == Refunds(
        count=4,
        amount=4700,
        rate=0.1175,
        by_reason=[
            RefundReason(reason="customer_request", count=1, amount=3000, rate=0.075),
            RefundReason(reason="rain", count=2, amount=1500, rate=0.0375),
            RefundReason(reason="unknown", count=1, amount=200, rate=0.005),
        ],
    )


def test_a_refund_that_fails_is_money_again():
    payment = paid_payment(amount=10000, at=at_venue(JUNE))
    refund = refunded(payment, amount=4000, at=at_venue(JUNE))
    came_back = f"refund_reversal:{refund.stripe_refund_id}"
    entry(payment, "refund_reversal", 4000, at_venue(date(2026, 6, 9)), cause=came_back)
    found = payment_analytics(JUNE, JULY)
    assert found.totals.revenue == 10000
    assert found.refunds == Refunds(
        count=1,
        amount=0,
        rate=0.0,
        by_reason=[RefundReason(reason="customer_request", count=1, amount=0, rate=0.0)],
    )


def test_attempts_count_by_how_they_stand():
    today = date.today()  # noqa: DTZ011  # rows are created now
    since, until = today - timedelta(days=1), today + timedelta(days=1)
    for status, code in [
        ("succeeded", ""),
        ("succeeded", ""),
        ("failed", "generic_decline"),
        ("failed", "insufficient_funds"),
        ("canceled", "generic_decline"),
        ("failed", ""),
        ("canceled", ""),
        ("pending", ""),
        ("processing", ""),
    ]:
        PaymentFactory(status=status, failure_code=code)
    PaymentFactory(status="succeeded", method=Payment.Method.ZELLE)
    found = payment_analytics(since, until).attempts
    assert found == Attempts(
        succeeded=2,
        failed=4,
        open=2,
        canceled=1,
        reasons=[
            FailureReason(code="generic_decline", count=2),
            FailureReason(code="insufficient_funds", count=1),
            FailureReason(code="unknown", count=1),
        ],
    )
    assert (found.success_rate, found.failure_rate) == (0.3333, 0.6667)


def test_however_many_entries_it_is_four_queries_a_period():
    for _ in range(3):
        refunded(paid_payment(at=at_venue(JUNE)), amount=100, at=at_venue(JUNE))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        payment_analytics(JUNE, JULY, "day")
    assert len(queries) == 8


@pytest.mark.parametrize(
    ("first", "last", "granularity", "attr"),
    [
        (JULY, JUNE, "month", "to"),
        (JUNE, JULY, "year", "granularity"),
        (date(2010, 1, 1), date(2026, 1, 1), "month", "from"),
        (date(1, 1, 1), JUNE, "month", "from"),
        (JUNE, date(9999, 12, 31), "month", "to"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(first, last, granularity, attr):
    with pytest.raises(InvalidInput) as refused:
        payment_analytics(first, last, granularity)
    assert refused.value.attr == attr
