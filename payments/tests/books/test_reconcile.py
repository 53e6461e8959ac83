"""What we keep of Stripe's books is compared with Stripe's, named and mended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import BalanceTransaction, Payout
from payments.services.reconcile.book_rows import BOOKS
from payments.services.reconcile.found import Found
from payments.services.reconcile.run import reconcile
from payments.tests.books import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def found(*, fix: bool = False) -> list[tuple[str, str, str]]:
    """Reconcile in two hours; return what is wrong with the books as (kind, type, id)."""
    steps = reconcile(since=None, fix=fix, now=timezone.now() + timedelta(hours=2))
    return [
        (step.kind.value, step.object_type, step.object_id)
        for step in steps
        if isinstance(step, Found) and step.object_type in BOOKS
    ]


def test_a_wrong_transaction_and_a_wrong_payout_are_mended(sandbox):
    payment = world.make(sandbox)
    payout = sandbox.control("POST", "actions/pay_out", {})
    # The bank has it: no later than what we ask Stripe about it.
    sandbox.control("POST", "jobs", {})
    world.settle()
    assert found() == []
    changed = BalanceTransaction.objects.filter(source=payment.stripe_charge_id)
    changed.update(amount=9999, net=9679)
    Payout.objects.update(status="failed")
    transaction = changed.get().stripe_balance_transaction_id

    wrong = [
        ("row_differs", "payments.BalanceTransaction", transaction),
        ("row_differs", "payments.Payout", payout["id"]),
    ]
    assert sorted(found()) == wrong
    assert sorted(found(fix=True)) == wrong
    assert found() == []
    assert changed.get().amount == 10000


def test_what_never_came_is_fetched(sandbox):
    world.make(sandbox)
    sandbox.control("POST", "actions/pay_out", {})
    # The bank has it: no later than what we ask Stripe about it.
    sandbox.control("POST", "jobs", {})
    world.settle()
    everything = BalanceTransaction.objects.count()
    BalanceTransaction.objects.all().delete()
    Payout.objects.all().delete()

    assert {kind for kind, _, _ in found(fix=True)} == {"row_missing"}

    assert BalanceTransaction.objects.count() == everything
    assert found() == []
