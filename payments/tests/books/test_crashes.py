"""What a payout paid out is listed page by page; cut off between two, it is listed to the end."""

import pytest
from django.utils import timezone

from payments.models import BalanceCursor, BalanceTransaction, Payout
from payments.queries.accounting_proof import payout_sums
from payments.services.balance_transactions import pull_balance_transactions
from payments.services.payouts import itemize_payout, itemize_payouts
from payments.tests import stripe_world as stripe
from payments.tests.killing import killed, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

MANY = 105  # charges: with the payout's own transaction two pages
SLOW = 1.0


@pytest.fixture
def payout(sandbox) -> Payout:
    for _ in range(MANY):
        stripe.call(
            "POST", "payment_intents", amount=1000, currency="usd", confirm="true",
            payment_method="pm_card_bypassPending", return_url="https://example.com",
        )  # fmt: skip
    sandbox.control("POST", "actions/pay_out", {})
    stripe.deliver(*stripe.events("payout.created"))
    return Payout.objects.get()


def kept() -> int:
    return BalanceTransaction.objects.filter(payout__isnull=False).count()


def answer_slowly(sandbox, path: str) -> None:
    fault = {"kind": "latency", "path": path, "method": "GET", "seconds": SLOW, "times": 9}
    sandbox.control("POST", "faults", {"api": [fault]})


def test_killed_between_two_pages_of_a_payout_the_sweeper_lists_the_rest(sandbox, payout):
    answer_slowly(sandbox, "/v1/balance_transactions")
    with killed(lambda: itemize_payout(payout_id=payout.pk, now=timezone.now())):
        until(lambda: kept() == 100)
    payout.refresh_from_db()
    assert (payout.awaiting_stripe, kept()) == (True, 100)
    sandbox.control("DELETE", "faults")

    assert itemize_payouts(now=timezone.now()) == 1
    assert itemize_payouts(now=timezone.now()) == 0

    payout.refresh_from_db()
    assert (payout.awaiting_stripe, kept()) == (False, MANY + 1)
    [summed] = payout_sums(Payout.objects.all())
    assert (summed.items, summed.difference) == (payout.amount, 0)


def test_killed_between_two_pages_of_the_books_no_gap_is_left(sandbox, payout):
    answer_slowly(sandbox, "/v1/balance_transactions")
    with killed(lambda: pull_balance_transactions(now=timezone.now())):
        until(lambda: BalanceTransaction.objects.count() == 100)
    assert not BalanceCursor.objects.exists()
    sandbox.control("DELETE", "faults")

    assert pull_balance_transactions(now=timezone.now()) == MANY + 1
    assert BalanceTransaction.objects.count() == MANY + 1
    assert BalanceCursor.objects.exists()


def test_while_stripe_is_still_at_it_the_payout_waits(sandbox, payout):
    sandbox.control(
        "POST", "faults", {"api": [{"kind": "500", "path": "/v1/payouts/*", "times": 9}]}
    )
    assert itemize_payouts(now=timezone.now()) == 1
    payout.refresh_from_db()
    assert (payout.awaiting_stripe, kept()) == (True, 0)
