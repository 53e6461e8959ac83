"""What the accountant's file says of each movement."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from myhibachi.core.csv_text import dollars, safe
from payments.models import Payment
from payments.queries.accounting import Line, lines
from payments.queries.accounting_csv import COLUMNS, csv_of
from payments.queries.period import Period
from payments.tests.factories import PaymentFactory, paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry

JUNE = Period(first=date(2026, 6, 1), last=date(2026, 6, 30))


def rows(period: Period = JUNE) -> list[dict[str, str]]:
    return list(csv.DictReader(csv_of(lines(period))))


@given(st.integers(-(10**15), 10**15))
def test_dollars_are_exact(cents):
    assert Decimal(dollars(cents)) * 100 == cents


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(text):
    assert safe(text) == f"'{text}"


def test_plain_text_is_left_alone():
    assert safe("H-2345") == "H-2345"


@pytest.mark.django_db
def test_a_line_says_everything_of_a_movement():
    payment = paid_payment(amount=10000, at=at_venue(date(2026, 6, 30)))
    [row] = rows()
    assert row == {
        "date": "2026-06-30",
        "time_utc": "2026-06-30T19:00:00Z",
        "cash_date": "",
        "booking": payment.booking.reference,
        "method": "stripe",
        "purpose": "deposit",
        "kind": "charge",
        "gross": "100.00",
        "fee": "0.00",
        "refund": "0.00",
        "dispute": "0.00",
        "adjustment": "0.00",
        "net": "100.00",
        "tax_included": "0.00",
        "where": "Stripe",
        "payout": "",
        "payout_status": "",
        "payout_date": "",
        "balance_transaction": "",
        "payment_intent": payment.stripe_payment_intent_id,
        "charge": payment.stripe_charge_id,
        "cause": f"charge:{payment.stripe_charge_id}",
    }


@pytest.mark.django_db
def test_days_are_the_venues():
    paid_payment(at=at_venue(date(2026, 5, 31)))
    late = at_venue(date(2026, 6, 30)).replace(hour=23, minute=59)
    paid_payment(at=late)
    assert [(row["date"], row["time_utc"]) for row in rows()] == [
        ("2026-06-30", "2026-07-01T06:59:00Z")
    ]


@pytest.mark.django_db
def test_every_kind_has_its_column():
    payment = paid_payment(amount=10000, at=at_venue(date(2026, 6, 1)))
    refunded(payment, amount=3000, at=at_venue(date(2026, 6, 2)))
    for number, (kind, amount) in enumerate(
        [("refund_reversal", 1000), ("dispute_withdrawn", -7000), ("dispute_reinstated", 500),
         ("fee", -320), ("adjustment", 20)],
        start=3,
    ):  # fmt: skip
        entry(payment, kind, amount, at_venue(date(2026, 6, number)))
    sums = {
        name: sum(Decimal(row[name]) for row in rows())
        for name in ("gross", "refund", "dispute", "fee", "adjustment", "net")
    }
    assert {name: str(total) for name, total in sums.items()} == {
        "gross": "100.00",
        "refund": "-20.00",
        "dispute": "-65.00",
        "fee": "-3.20",
        "adjustment": "0.20",
        "net": "12.00",
    }


@pytest.mark.django_db
def test_tax_of_stripes_is_shared_out_and_goes_back_whole():
    payment = paid_payment(amount=10825, at=at_venue(date(2026, 6, 1)))
    Payment.objects.update(tax=825)
    for day, amount in enumerate((3333, 3333, 4159), start=2):
        refunded(payment, amount=amount, at=at_venue(date(2026, 6, day)))
    taxes = [row["tax_included"] for row in rows()]
    assert taxes == ["8.25", "-2.54", "-2.54", "-3.17"]
    assert sum(map(Decimal, taxes)) == 0


@pytest.mark.django_db
def test_the_tax_on_a_bill_is_shared_by_what_was_paid_towards_it():
    deposit = paid_payment(amount=10000, at=at_venue(date(2026, 5, 31)))
    booking = deposit.booking
    booking.total = 59538
    booking.lines = [
        {"code": "adult", "label": "Adult", "quantity": 10, "unit_amount": 5500, "amount": 55000},
        {"code": "tax", "label": "Tax", "quantity": 1, "unit_amount": 4538, "amount": 4538},
    ]
    booking.save()
    paid_payment(
        booking=booking, payment_type="balance", amount=49538, at=at_venue(date(2026, 6, 5))
    )
    paid_payment(
        booking=booking, payment_type="gratuity", amount=9000, at=at_venue(date(2026, 6, 5))
    )
    first = rows(Period(first=date(2026, 5, 1), last=date(2026, 5, 31)))
    taxes = [row["tax_included"] for row in [*first, *rows()]]
    assert taxes == ["7.62", "37.76", "0.00"]


@pytest.mark.django_db
def test_cash_is_outside_stripe():
    payment = PaymentFactory(method="cash", status="canceled")
    entry(payment, "charge", 5000, at_venue(date(2026, 6, 3)), cause=f"manual:{payment.pk}")
    [row] = rows()
    assert (row["where"], row["cash_date"], row["net"]) == ("outside Stripe", "2026-06-03", "50.00")


@pytest.mark.django_db
def test_a_line_for_each_entry_takes_one_query_however_many():
    payment = paid_payment(amount=100000, at=at_venue(date(2026, 6, 1)))
    Payment.objects.update(tax=100)
    for number in range(30):
        entry(payment, "charge", 100 + number, at_venue(date(2026, 6, 2)))
    with CaptureQueriesContext(connection) as queries:
        found = list(lines(JUNE))
    assert (len(found), len(queries)) == (31, 1)
    assert all(isinstance(each, Line) for each in found)
    assert len(COLUMNS) == 22
