"""The page of figures: it says what the ledger says."""

import csv
import json
import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import CustomerFactory
from myhibachi.core.models import AuditEntry
from payments.admin.analytics.page import TABLES
from payments.tests.factories import PaymentFactory, paid_payment, refunded
from payments.tests.queries.ledgers import at_venue

pytestmark = pytest.mark.django_db

JUNE = {"start": "2026-06-01", "end": "2026-06-30", "granularity": "month"}


@pytest.fixture
def finance(staff):
    return staff("finance")


def page(browser, **query: str) -> str:
    answer = browser.get(reverse("analytics"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def drawn(page: str, table: str) -> dict[str, list[Any]]:
    """Return what a chart draws: a list of values for each label of its series."""
    found = re.search(rf'<script id="{table}-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    figures: dict[str, Any] = json.loads(found[1])
    return {each["label"]: each["data"] for each in figures["series"]}


def file(browser, table: str, **query: str) -> list[list[str]]:
    answer = browser.get(reverse("analytics-file", args=[table]), query)
    assert answer.status_code == 200
    return list(csv.reader(StringIO(b"".join(answer).decode())))


def test_figures_chart_and_table_agree(finance):
    now = timezone.now()
    payment = paid_payment(amount=10000, at=now)
    refunded(payment, amount=2500, at=now)
    paid_payment(amount=5000, at=now - timedelta(days=40))
    today = timezone.localdate()
    shown = page(finance)
    assert {label: sum(data) for label, data in drawn(shown, "revenue").items()} == {
        "Charged": 10000, "Given back": -2500, "Revenue": 7500, "Revenue before": 5000,
    }  # fmt: skip
    said = words(shown)
    assert "Revenue $75.00 ▲ +50% from $50.00" in said
    assert "Refunded $25.00 from $0.00" in said
    assert f"{today:%b} {today.day} 1 $100.00 $25.00 $0.00 $25.00 $0.00 $75.00" in said
    assert "Stripe 1 100.0% $100.00 $75.00" in said
    assert "Customer request 1 $25.00 25.0%" in said


def test_the_comparison_is_with_the_days_before_or_with_a_year_before(finance):
    paid_payment(amount=6000, at=at_venue(date(2026, 6, 10)))
    paid_payment(amount=3000, at=at_venue(date(2026, 5, 10)))
    paid_payment(amount=1000, at=at_venue(date(2025, 6, 10)))
    assert "Revenue $60.00 ▲ +100% from $30.00" in words(page(finance, **JUNE))
    said = words(page(finance, **JUNE, compare="year"))
    assert "beside a year before: June 1, 2025 to June 30, 2025." in said
    assert "Revenue $60.00 ▲ +500% from $10.00" in said


def test_customers_and_parties_stand_beside_the_money(finance):
    ada = CustomerFactory(name="Ada")
    for month in (5, 6):
        booking = BookingFactory(
            customer=ada, guests=20, date=date(2026, month, 13), status="completed"
        )
        paid_payment(booking=booking, amount=50000, at=at_venue(date(2026, month, 10)))
    said = words(page(finance, **JUNE))
    assert "Paid 1 from 1 New 0 ▼ -100% from 1 Returning 1 from 0" in said
    assert "Lifetime value, on average $1,000.00" in said
    assert "Ada $500.00 1 $1,000.00" in said
    assert "Parties 1 from 1 Guests 20 from 20 Guests a party 20.0 from 20.0" in said


def test_an_empty_period_says_so_and_draws_nothing(finance):
    shown = page(finance, start="2020-01-01", end="2020-01-31", granularity="week")
    assert "No money moved from Jan. 1, 2020 to Jan. 31, 2020" in words(shown)
    assert "chart.umd.min.js" not in shown


@pytest.mark.parametrize(
    ("query", "field", "error"),
    [
        ({"start": "2026-02-01", "end": "2026-01-01"}, "end", "The last date comes before"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "start", "Enter a valid date."),
        ({"start": "1900-01-01", "end": "2026-01-01"}, "start", "too far away"),
        ({"start": "2010-01-01", "end": "2026-01-01"}, "start", "At most"),
        ({"start": "2024-01-01", "end": "2026-01-01"}, "granularity", "choose week or month"),
        ({"start": "", "end": ""}, "start", "This field is required."),
        ({"start": "2026-01-01", "end": "2026-01-02", "granularity": "x"}, "granularity", "valid"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_beside_its_field(finance, query, field, error):
    answer = finance.get(reverse("analytics"), {"granularity": "day"} | query)
    assert answer.status_code == 200
    assert error in answer.context["form"].errors[field][0]


def test_the_page_has_no_inline_script_or_style(finance):
    paid_payment()
    shown = page(finance)
    scripts = re.findall(r"<script(?![^>]* src=)[^>]*>", shown)
    assert [tag for tag in scripts if 'type="application/json"' not in tag] == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", shown) == []


def test_each_table_is_a_file_that_is_noted_and_no_spreadsheet_takes_for_a_formula(finance):
    customer = CustomerFactory(name="=1+1")
    payment = paid_payment(
        booking=BookingFactory(customer=customer), amount=10050, at=at_venue(date(2026, 6, 10))
    )
    refunded(payment, amount=50, reason="@rain", at=at_venue(date(2026, 6, 10)))
    assert file(finance, "top-customers", **JUNE) == [
        ["Customer", "In this period", "Payments", "Lifetime value"],
        ["'=1+1", "100.00", "1", "100.00"],
    ]
    assert file(finance, "refunds", **JUNE) == [
        ["Reason", "Refunds", "Amount", "Of charged"],
        ["'@rain", "1", "0.50", "0.005"],
    ]
    assert file(finance, "revenue", **JUNE)[1][:4] == ["Jun 2026", "1", "100.50", "0.50"]
    noted = AuditEntry.objects.filter(action="figures.exported").latest("pk")
    assert noted.changes == {
        "table": "revenue", "basis": "event", "from": "2026-06-01", "to": "2026-06-30",
    }  # fmt: skip


def test_a_file_of_a_period_that_makes_no_sense_leads_back_to_the_page(finance):
    backwards = {"start": "2026-02-01", "end": "2026-01-01", "granularity": "day"}
    answer = finance.get(reverse("analytics-file", args=["revenue"]), backwards, follow=True)
    assert "The last date comes before" in answer.content.decode()
    assert finance.get(reverse("analytics-file", args=["nothing"]), JUNE).status_code == 404


@pytest.mark.parametrize("role", ["support", "manager"])
def test_who_may_not_see_figures_sees_neither_rows_nor_files(staff, role):
    browser = staff(role)
    rows = {"of": "net", "start": "2026-06-01", "end": "2026-06-30"}
    asked = [reverse("analytics"), reverse("analytics-file", args=["revenue"])]
    assert [browser.get(url, JUNE).status_code for url in asked] == [403, 403]
    assert browser.get(reverse("analytics-rows"), rows).status_code == 403
    assert not AuditEntry.objects.filter(action="figures.exported").exists()


@pytest.mark.parametrize("basis", ["event", "cash"])
def test_however_much_happened_the_page_asks_as_often(finance, basis):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(finance, **JUNE, basis=basis)
        return len(queries)

    paid_payment(at=at_venue(date(2026, 6, 3)))
    before = count()
    for day in range(4, 8):
        payment = paid_payment(at=at_venue(date(2026, 6, day)))
        refunded(payment, amount=100, at=at_venue(date(2026, 6, day)))
        BookingFactory(date=date(2026, 6, day), status="confirmed")
    PaymentFactory(status="failed", failure_code="expired_card")
    assert (before, count()) == ({"event": 25, "cash": 31}[basis],) * 2


def test_every_table_has_a_heading_of_its_own(finance):
    paid_payment(at=at_venue(date(2026, 6, 3)))
    shown = page(finance, **JUNE)
    assert all(f'id="{key}-title"' in shown for key in TABLES)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert sorted(ids) == sorted(set(ids))
