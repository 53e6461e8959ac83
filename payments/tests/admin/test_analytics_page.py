"""The page of figures: it says what the ledger says."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from payments.tests.factories import paid_payment, refunded

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(staff):
    return staff("finance")


def page(browser, **query: str) -> str:
    answer = browser.get(reverse("analytics"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def chart(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="revenue-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    figures: dict[str, Any] = json.loads(found[1])
    return figures


def test_figures_chart_and_table_agree(finance):
    now = timezone.now()
    payment = paid_payment(amount=10000, at=now)
    refunded(payment, amount=2500, at=now)
    paid_payment(amount=5000, at=now - timedelta(days=40))
    today = timezone.localdate()
    shown = page(finance)
    assert chart(shown)["labels"][-1] == f"{today:%b} {today.day}"
    assert [sum(chart(shown)[name]) for name in ("charged", "back", "revenue")] == [
        10000, -2500, 7500,
    ]  # fmt: skip
    said = words(shown)
    assert "Revenue $75.00 ▲ +50% from $50.00" in said
    assert "Refunded $25.00 from $0.00" in said
    assert f"{today:%b} {today.day} 1 $100.00 $25.00 $0.00 $75.00 $0.00 $75.00" in said
    assert "Stripe 1 $100.00 $75.00" in said
    assert "Customer request 1 $25.00 25.0%" in said


def test_an_empty_period_says_so_and_draws_nothing(finance):
    shown = page(finance, start="2020-01-01", end="2020-01-31", granularity="week")
    assert "No money moved from Jan. 1, 2020 to Jan. 31, 2020." in words(shown)
    assert "chart.umd.min.js" not in shown


@pytest.mark.parametrize(
    ("query", "field", "error"),
    [
        ({"start": "2026-02-01", "end": "2026-01-01"}, "end", "The last date comes before"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "start", "Enter a valid date."),
        ({"start": "1900-01-01", "end": "2026-01-01"}, "start", "too far away"),
        ({"start": "2010-01-01", "end": "2026-01-01"}, "start", "At most"),
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
