"""The page of the books, the accountant's file, and payouts."""

import csv
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from myhibachi.core.models import AuditEntry
from payments.models import BalanceTransaction, LedgerEntry, Payout
from payments.queries.period import CASH
from payments.tests.admin.test_analytics_page import words
from payments.tests.factories import paid_payment
from payments.tests.queries.ledgers import at_venue

pytestmark = pytest.mark.django_db

JUNE = {"start": "2026-06-01", "end": "2026-06-30", "basis": "event"}
DAY = date(2026, 6, 10)
URL = "accounting"


@pytest.fixture
def finance(staff):
    return staff("finance")


@pytest.fixture
def payout() -> Payout:
    """A payout of one charge, as Stripe's books have it."""
    payment = paid_payment(amount=10000, at=at_venue(DAY))
    payout = Payout.objects.create(
        stripe_payout_id="po_1", amount=10000, status="paid", arrival_date=date(2026, 6, 12),
        awaiting_stripe=False, as_of=at_venue(DAY),
    )  # fmt: skip
    moved("charge", payment.stripe_charge_id, 10000, payout)
    moved("payout", "po_1", -10000, payout)
    return payout


def moved(kind: str, source: str | None, amount: int, payout: Payout) -> None:
    BalanceTransaction.objects.create(
        stripe_balance_transaction_id=f"txn_{kind}", type=kind, source=source or "",
        amount=amount, fee=0, net=amount, payout=payout,
        occurred_at=datetime(2026, 6, 10, 20, tzinfo=UTC), available_on=date(2026, 6, 12),
    )  # fmt: skip


def shown(browser: Any, **query: str) -> str:
    answer = browser.get(reverse(URL), query)
    assert answer.status_code == 200
    return words(answer.content.decode())


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


@pytest.mark.usefixtures("payout")
def test_the_page_sets_our_ledger_beside_stripes(finance):
    said = shown(finance, **JUNE)
    assert "ties Our ledger and Stripe agree to the cent." in said
    assert "The whole ledger, as in the file $100.00" in said
    assert "charge $100.00 $100.00 $0.00 1" in said
    assert "Difference $0.00" in said
    assert "Jun 12, 2026 paid $100.00 $100.00" in said


@pytest.mark.usefixtures("payout")
def test_what_differs_is_named(finance):
    BalanceTransaction.objects.filter(type="charge").update(amount=9900, net=9900)
    said = shown(finance, **JUNE)
    assert "differs Our ledger and Stripe do not agree." in said
    assert "Difference $1.00" in said
    assert "What differs (1)" in said
    assert "txn_charge" in said


def test_what_stripe_has_not_told_of_is_said(finance):
    paid_payment(amount=10000, at=at_venue(DAY))
    said = shown(finance, **JUNE)
    assert "as far as Stripe has told: 1 ledger entry still waits for a balance transaction" in said


@pytest.mark.usefixtures("payout")
def test_the_file_is_the_ledger_and_who_took_it_is_kept(finance):
    answer = finance.post(reverse(URL), JUNE | {"basis": CASH})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        'attachment; filename="ledger-2026-06-01-2026-06-30-by-cash-date.csv"'
    )
    [row] = rows(b"".join(answer.streaming_content).decode())
    assert (row["net"], row["cash_date"], row["payout"], row["payout_date"]) == (
        "100.00", "2026-06-12", "po_1", "2026-06-12",
    )  # fmt: skip
    kept = AuditEntry.objects.get(action="ledger.exported")
    assert kept.changes == {"from": "2026-06-01", "to": "2026-06-30", "basis": "cash"}


def test_a_period_that_makes_no_sense_is_said_so(finance):
    said = shown(finance, start="2026-06-30", end="2026-06-01", basis="event")
    assert "The last date comes before the first" in said
    assert "Download" not in said


@pytest.mark.parametrize("role", ["support", "manager"])
def test_only_who_may_export_sees_the_page(staff, role):
    browser = staff(role)
    assert browser.get(reverse(URL)).status_code == 403
    assert browser.post(reverse(URL), JUNE).status_code == 403


def test_a_payout_shows_what_it_paid_out(finance, payout):
    said = words(
        finance.get(reverse("admin:payments_payout_change", args=[payout.pk])).content.decode()
    )
    assert "ties to the cent" in said
    assert LedgerEntry.objects.get().cause.removeprefix("charge:") in said
    assert "$100.00" in said


def test_a_payout_by_hand_says_that_it_can_not(finance, payout):
    Payout.objects.update(automatic=False)
    said = words(
        finance.get(reverse("admin:payments_payout_change", args=[payout.pk])).content.decode()
    )
    assert "Manual payout, not itemized" in said


def test_payouts_are_listed_and_found_by_what_they_paid_out(finance, payout):
    url = reverse("admin:payments_payout_changelist")
    charge = LedgerEntry.objects.get().cause.removeprefix("charge:")
    for search in ("", "po_1", charge):
        assert "po_1" in finance.get(url, {"q": search}).content.decode()
    assert "0 payouts" in words(finance.get(url, {"q": "po_2"}).content.decode())


@pytest.mark.usefixtures("payout")
def test_the_command_writes_the_same_file_and_says_that_it_ties(tmp_path):
    out, said, target = StringIO(), StringIO(), tmp_path / "ledger.csv"
    dates = ("--from", "2026-06-01", "--to", "2026-06-30", "--basis", "cash")
    call_command("export_ledger", *dates, stdout=out, stderr=said)
    call_command("export_ledger", *dates, "--output", str(target), stderr=said)
    assert [row["net"] for row in rows(out.getvalue())] == ["100.00"]
    assert rows(target.read_text()) == rows(out.getvalue())
    assert "Ties to Stripe's $100.00." in said.getvalue()


@pytest.mark.usefixtures("payout")
def test_the_command_fails_where_the_books_differ():
    BalanceTransaction.objects.filter(type="charge").update(amount=9900, net=9900)
    with pytest.raises(CommandError, match=r"differ by \$1.00 in 1 transactions"):
        call_command(
            "export_ledger", "--from", "2026-06-01", "--to", "2026-06-30",
            stdout=StringIO(), stderr=StringIO(),
        )  # fmt: skip


@pytest.mark.usefixtures("payout")
def test_analytics_by_cash_date_say_what_is_not_settled(finance):
    url = reverse("analytics")
    query = {"start": "2026-06-01", "end": "2026-06-11", "granularity": "day", "basis": "cash",
        "settling": "1",
    }  # fmt: skip
    said = words(finance.get(url, query).content.decode())
    assert "Not settled when the period began $0.00" in said
    assert "Not settled at its end $100.00" in said
