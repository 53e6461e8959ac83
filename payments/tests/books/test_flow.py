"""The export, the ledger and Stripe's own books are one, to the cent."""

import random
from decimal import Decimal

import pytest

from payments.models import BalanceTransaction, LedgerEntry, Payout
from payments.queries.accounting import lines
from payments.queries.accounting_csv import csv_of
from payments.queries.accounting_proof import Group, proof
from payments.tests import stripe_world as stripe
from payments.tests.books import world
from payments.tests.reconcile.world import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

MONEY = ("gross", "fee", "refund", "dispute", "adjustment")


def cents(rows: list[dict[str, str]], column: str) -> int:
    return int(sum((Decimal(row[column]) for row in rows), Decimal()) * 100)


@pytest.mark.parametrize("basis", ["event", "cash"])
def test_the_export_is_the_ledger_is_stripes_own_books(sandbox, basis):
    world.make(sandbox)
    payout = sandbox.control("POST", "actions/pay_out", {})
    sandbox.control("POST", "jobs", {})
    world.settle()

    rows = world.parsed(csv_of(lines(world.this_week(basis))))
    at_stripe = [each for each in world.transactions() if each["type"] != "payout"]

    assert len(rows) == LedgerEntry.objects.count()
    assert sorted(row["cause"] for row in rows) == sorted(
        LedgerEntry.objects.values_list("cause", flat=True)
    )
    for row in rows:
        assert Decimal(row["net"]) == sum(Decimal(row[name]) for name in MONEY)
    inside = [row for row in rows if row["where"] == "Stripe"]
    outside = [row for row in rows if row["where"] == "outside Stripe"]
    assert cents(rows, "net") == world.ledger_sum()
    assert cents(outside, "net") == 4000
    assert cents(inside, "net") == sum(each["net"] for each in at_stripe)
    assert cents(inside, "fee") == -sum(each["fee"] for each in at_stripe)
    assert {row["balance_transaction"] for row in inside} == {each["id"] for each in at_stripe}
    arrived = [row for row in inside if row["payout"]]
    assert {row["payout"] for row in arrived} == {payout["id"]}
    assert {row["payout_status"] for row in arrived} == {"paid"}
    assert cents(arrived, "net") == payout["amount"]


@pytest.mark.parametrize("basis", ["event", "cash"])
def test_the_proof_shows_both_sides_and_no_difference(sandbox, basis):
    world.make(sandbox)
    payout = sandbox.control("POST", "actions/pay_out", {})
    world.settle()

    found = proof(world.this_week(basis))

    by_type = world.cents_by_type(world.transactions())
    assert {group.type: group.net for group in found.groups} | {"payout": -payout["amount"]} == (
        by_type
    )
    assert (found.outside, found.not_told, found.not_of_bookings) == (4000, 0, 0)
    assert found.ledger == world.ledger_sum()
    assert found.through_stripe == found.stripe == found.ledger_side == found.stripe_side
    assert (found.difference, found.ties) == (0, True)
    [summed] = found.payouts
    assert (summed.payout.amount, summed.items) == (payout["amount"], payout["amount"])
    is_well, said = reconcile("--fix")
    assert is_well, said


def test_what_stripe_has_otherwise_is_named(sandbox):
    payment = world.make(sandbox)
    world.settle()
    BalanceTransaction.objects.filter(source=payment.stripe_charge_id).update(amount=9999, net=9679)

    found = proof(world.this_week())

    assert (found.difference, found.ties, found.differing_count) == (1, False, 1)
    assert (found.differing[0].stripe, found.differing[0].ledger) == (9679, 9680)


def test_stripes_own_fees_are_of_no_booking(sandbox):
    world.make(sandbox)
    world.settle()
    known = BalanceTransaction.objects.first()
    assert known
    BalanceTransaction.objects.create(
        stripe_balance_transaction_id="txn_own", type="stripe_fee", amount=-200, fee=0, net=-200,
        occurred_at=known.occurred_at, available_on=known.available_on,
    )  # fmt: skip

    found = proof(world.this_week())

    assert (found.not_of_bookings, found.not_of_bookings_count) == (-200, 1)
    assert Group(type="stripe_fee", count=1, gross=-200, fee=0, net=-200) in found.groups
    assert (found.difference, found.ties) == (0, True)


def test_before_stripe_has_told_the_entries_are_named_as_such(sandbox):
    world.make(sandbox)
    stripe.deliver()
    BalanceTransaction.objects.all().delete()

    found = proof(world.this_week())

    assert found.not_told == found.through_stripe
    assert found.not_told_count == LedgerEntry.objects.count() - 2
    assert (found.difference, found.ties) == (0, True)


@pytest.mark.parametrize("seed", range(4))
def test_payout_events_that_come_late_twice_and_shuffled_come_to_the_same(sandbox, seed):
    world.make(sandbox)
    stripe.deliver()
    payout = sandbox.control("POST", "actions/pay_out", {})
    sandbox.control("POST", "jobs", {})
    sandbox.control("POST", "actions/fail_payout", {"payout": payout["id"]})
    told = [each for each in stripe.events() if each["type"].startswith("payout.")] * 2
    random.Random(seed).shuffle(told)

    stripe.deliver(*told)
    world.settle()

    [ours] = Payout.objects.all()
    assert (ours.stripe_payout_id, ours.status) == (payout["id"], "failed")
    assert (ours.amount, ours.automatic, ours.awaiting_stripe) == (payout["amount"], True, False)
    found = proof(world.this_week())
    assert (found.ties, found.difference) == (True, 0)
    assert [each.items for each in found.payouts] == [payout["amount"]]


def test_after_a_payout_failed_the_next_one_takes_its_money_along(sandbox):
    world.make(sandbox)
    failed = sandbox.control("POST", "actions/pay_out", {})
    sandbox.control("POST", "actions/fail_payout", {"payout": failed["id"]})
    again = sandbox.control("POST", "actions/pay_out", {})
    sandbox.control("POST", "jobs", {})
    world.settle()

    assert again["amount"] == failed["amount"]
    statuses = dict(Payout.objects.values_list("stripe_payout_id", "status"))
    assert statuses == {failed["id"]: "failed", again["id"]: "paid"}
    back = BalanceTransaction.objects.get(type="payout_failure")
    assert back.payout
    assert back.payout.stripe_payout_id == again["id"]
    assert [each.difference for each in proof(world.this_week()).payouts] == [0, 0]


def test_a_payout_made_by_hand_says_so(sandbox):
    world.make(sandbox)
    stripe.call("POST", "payouts", amount=1000, currency="usd")
    world.settle()

    [summed] = proof(world.this_week()).payouts
    assert (summed.payout.automatic, summed.payout.awaiting_stripe) == (False, False)
    assert (summed.items, summed.difference) == (None, 0)


def test_without_any_event_the_books_are_pulled_whole(sandbox):
    world.make(sandbox)
    world.settle()
    assert set(
        BalanceTransaction.objects.values_list("stripe_balance_transaction_id", flat=True)
    ) == {each["id"] for each in world.transactions()}
