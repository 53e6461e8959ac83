"""Random ledgers, added up by the queries and by a few lines of plain Python."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.models import LedgerEntry, Payment
from payments.queries.analytics import payment_analytics
from payments.queries.analytics_money import Totals
from payments.tests.factories import PaymentFactory
from payments.tests.queries.ledgers import VENUE, entry

FIRST = date(2026, 2, 20)
Kind = LedgerEntry.Kind
SIGNS = dict.fromkeys(LedgerEntry.IN, 1) | dict.fromkeys(LedgerEntry.OUT, -1) | {Kind.FEE: -1}

entries = st.lists(
    st.tuples(
        st.sampled_from([*SIGNS]),
        st.integers(1, 5_000_000),
        # Around the day on which the clocks go forward.
        st.integers(-40 * 24 * 60, 60 * 24 * 60),
        st.integers(0, 3),
    ),
    max_size=25,
)
periods = st.tuples(st.integers(0, 30), st.sampled_from(["day", "week", "month"]))


@pytest.fixture
def payments(db) -> list[Payment]:
    kinds = [("stripe", "deposit"), ("stripe", "balance"), ("cash", "balance"), ("zelle", "full")]
    return [PaymentFactory(method=how, payment_type=why, status="canceled") for how, why in kinds]


def expected(found: list[LedgerEntry]) -> Totals:
    def of(*kinds: str) -> int:
        return sum(each.amount for each in found if each.kind in kinds)

    return Totals(
        payments=sum(each.kind == "charge" for each in found),
        charged=of("charge"),
        refunded=-of("refund", "refund_reversal"),
        disputed=-of("dispute_withdrawn", "dispute_reinstated"),
        adjusted=of("adjustment"),
        fees=-of("fee"),
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=entries, period=periods)
def test_every_figure_ties_to_the_ledger_to_the_cent(payments, moves, period):
    days, granularity = period
    last = FIRST + timedelta(days=days)
    with transaction.atomic():
        written = [
            entry(payments[who], kind, SIGNS[kind] * cents, _moment(minutes))
            for kind, cents, minutes, who in moves
        ]
        found = payment_analytics(FIRST, last, granularity)
        transaction.set_rollback(True)

    inside = [each for each in written if FIRST <= _day(each) <= last]
    assert found.totals == expected(inside)
    assert found.totals.net == sum(each.amount for each in inside)
    assert found.refunds.amount == found.totals.refunded
    for parts in (
        found.by_method.values(),
        found.by_payment_type.values(),
        [bucket.totals for bucket in found.revenue],
        [bucket.totals for bucket in found.months],
    ):
        assert sum(part.net for part in parts) == found.totals.net
        assert sum(part.charged for part in parts) == found.totals.charged
    methods = {payment.pk: payment.method for payment in payments}
    for how in {methods[each.payment_id] for each in inside}:
        assert found.by_method[how] == expected(
            [each for each in inside if methods[each.payment_id] == how]
        )
    for bucket in [*found.months]:
        month = [each for each in inside if _day(each).replace(day=1) == bucket.start]
        assert bucket.totals == expected(month)


def _moment(minutes: int) -> datetime:
    return datetime(2026, 3, 8, 10, tzinfo=UTC) + timedelta(minutes=minutes)


def _day(found: LedgerEntry) -> date:
    return found.occurred_at.astimezone(VENUE).date()
