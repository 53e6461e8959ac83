"""The rows behind each figure: as many as it says, and of the same sum, to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import CustomerFactory
from payments.admin.analytics.figures import Figures
from payments.admin.analytics.page import TABLES
from payments.admin.analytics.table import MONEY, Cell
from payments.queries.period import CASH, EVENT, Period
from payments.tests.factories import DisputeFactory, PaymentFactory, paid_payment, refunded
from payments.tests.queries.ledgers import at_venue, entry
from payments.tests.queries.test_cash_dates import charged, moved

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
# What went out counts positive in a figure, and negative in the ledger.
OUTGOING = ("of=refunded", "of=disputed", "of=back", "of=fees")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def a_quarter() -> None:
    """Payments of every kind over three months, some settled, some not, and parties."""
    regular = CustomerFactory(name="Regular")
    for days in range(0, 80, 9):
        payment = charged(10000 + days, 320, on=ago(days), available_on=ago(days - 2))
        entry(payment, "adjustment", -7, at_venue(ago(days)))
        refund = refunded(payment, amount=1234 + days, at=at_venue(ago(days)), reason="rain")
        source = refund.stripe_refund_id or ""
        moved("refund", source, -refund.amount, 0, on=ago(days), available_on=ago(days))
        booking = BookingFactory(
            customer=regular, date=ago(days), time=time(18), status="completed", guests=9 + days
        )
        paid_payment(booking=booking, amount=500 + days, at=at_venue(ago(days)))
        # Staff's money, and money of a booking alone.
        cash = PaymentFactory(method="cash", payment_type="balance", status="canceled")
        entry(cash, "charge", 4321, at_venue(ago(days)), cause=f"manual:{cash.pk}")
    failed = refunded(payment, amount=50, at=at_venue(ago(5)), reason="")
    came_back = f"refund_reversal:{failed.stripe_refund_id}"
    entry(payment, "refund_reversal", 50, at_venue(ago(3)), cause=came_back)
    entry(payment, "dispute_withdrawn", -900, at_venue(ago(4)))
    for status in ("won", "lost", "needs_response"):
        DisputeFactory(payment=payment, status=status, opened_at=at_venue(ago(4)))
    for status, code in (("failed", "expired_card"), ("failed", ""), ("canceled", "")):
        PaymentFactory(status=status, failure_code=code)
    for status in ("canceled", "no_show", "confirmed", "expired"):
        BookingFactory(date=ago(20), status=status, confirmed_at=timezone.now())


@dataclass(frozen=True)
class Shown:
    """A figure that leads somewhere."""

    table: str
    cell: Cell


def shown(period: Period) -> Iterator[Shown]:
    figures = Figures(period, period.previous, now=timezone.now())
    for table in TABLES.values():
        made = table(figures)
        for row in made.rows:
            yield from (Shown(made.key, cell) for cell in row.cells if cell.url)


@pytest.mark.usefixtures("a_quarter")
@pytest.mark.parametrize(
    ("basis", "granularity", "days"),
    [(EVENT, "day", 7), (EVENT, "month", 40), (CASH, "day", 7), (CASH, "week", 40)],
)
def test_the_rows_behind_a_figure_add_up_to_it(staff, basis, granularity, days):
    finance = staff("finance")
    period = Period(first=ago(days), last=TODAY, granularity=granularity, basis=basis)
    tables, wrong = set(), []
    for each in shown(period):
        tables.add(each.table)
        rows = finance.get(each.cell.url).context
        expected = each.cell.value
        if each.cell.kind == MONEY and any(of in each.cell.url for of in OUTGOING):
            expected = -(expected or 0)
        found = rows["total"] if each.cell.kind == MONEY else rows["page"].paginator.count
        if found != expected:
            wrong.append((each.cell.url, expected, found))
    assert wrong == []
    assert tables == set(TABLES)


@pytest.mark.usefixtures("a_quarter")
def test_what_is_drawn_is_the_table_with_the_same_addresses():
    figures = Figures(Period(first=ago(40), last=TODAY), None, now=timezone.now())
    table = TABLES["revenue"](figures)
    assert table.drawn is not None
    back = table.drawn["series"][1]
    assert back["label"] == table.headings[5]
    assert back["data"] == [-(row.cells[4].value or 0) for row in table.rows]
    assert back["urls"] == [row.cells[4].url for row in table.rows]


def rows(browser, **query: Any) -> Any:
    asked = {"start": "2026-06-01", "end": "2026-06-30"} | query
    return browser.get(reverse("analytics-rows"), asked)


def test_the_rows_come_a_page_at_a_time_with_the_sum_of_all(staff):
    finance = staff("finance")
    payment = PaymentFactory(status="canceled")
    for n in range(51):
        entry(payment, "charge", 100 + n, at_venue(date(2026, 6, 10)))
    with CaptureQueriesContext(connection) as queries:
        first = rows(finance, of="charged").content.decode()
    assert len(queries) == 6
    assert "All 51" in first
    assert "$63.75" in first
    assert "Page 1 of 2" in first
    assert rows(finance, of="charged", page=2).content.decode().count('<th scope="row">') == 2


@pytest.mark.parametrize(
    "query",
    [
        {"of": "nothing"},
        {"of": "net", "start": "2026-07-01"},
        {"of": "net", "start": "tomorrow"},
        {"of": "attempts", "outcome": "lost"},
        {"of": "parties", "weekday": "9"},
        {"of": "charged", "customer": "Ada"},
        {"of": "disputes", "state": "x"},
    ],
)
def test_an_address_that_makes_no_sense_says_so(staff, query):
    answer = rows(staff("finance"), **query)
    assert answer.status_code == 400
    assert "leads to no figure" in answer.content.decode()


def test_a_figure_without_rows_says_so(staff):
    assert "no row behind this figure" in rows(staff("finance"), of="net").content.decode()
