"""Each thing broken by hand is named and mended, and nothing else changes."""

from typing import Any

import pytest

from bookings.models import Booking
from myhibachi.core.ids import uuid7
from payments import mirror
from payments.models import Dispute, LedgerEntry, Payment, Refund
from payments.tests import stripe_world as stripe
from payments.tests.reconcile import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(sandbox) -> dict[str, Any]:
    payment, refund, invoice = world.make(sandbox)
    dispute = Dispute.objects.get()
    cash = Payment.objects.get(method="cash")
    customer = payment.customer
    return {
        "payment": payment.pk,
        "intent": payment.stripe_payment_intent_id,
        "charge": payment.stripe_charge_id,
        "booking": payment.booking_id,
        "refund": refund.pk,
        "re": refund.stripe_refund_id,
        "invoice": invoice.pk,
        "in": invoice.stripe_invoice_id,
        "dispute": dispute.pk,
        "dp": dispute.stripe_dispute_id,
        "cash": cash.pk,
        "by_hand": Refund.objects.get(paid_back_by="check").pk,
        "customer": customer.pk,
        "cus": customer.stripe_customer_id,
    }


def test_a_world_that_is_right_has_no_differences(made):
    before = world.tables()

    assert world.reconcile("--fix") == (True, "0 differences found, 0 are left.\n")

    assert world.changes(before, world.tables()) == {}


# What is broken, how, and the words that name it.
BREAKS = {
    "mirror: amount of an intent": (
        "UPDATE djstripe_paymentintent SET stripe_data = "
        "jsonb_set(stripe_data::jsonb, '{amount}', '1') WHERE id = '{intent}'",
        "Mirror differs: payment_intent {intent}",
    ),
    "mirror: a column of a charge": (
        "UPDATE djstripe_charge SET status = 'failed' WHERE id = '{charge}'",
        "Mirror differs: charge {charge}",
    ),
    "mirror: a refund deleted": (
        "DELETE FROM djstripe_refund WHERE id = '{re}'",
        "Not in the mirror: refund {re}",
    ),
    "payment: amount": (
        "UPDATE payments_payment SET amount = 1 WHERE id = '{payment}'",
        "Our row differs: payment_intent {intent}",
    ),
    "payment: a status nothing leads out of": (
        "UPDATE payments_payment SET status = 'canceled', succeeded_at = NULL "
        "WHERE id = '{payment}'",
        "Our row differs: payment_intent {intent}",
    ),
    "payment: its charge's id": (
        "UPDATE payments_payment SET stripe_charge_id = NULL WHERE id = '{payment}'",
        "Our row differs: payment_intent {intent}",
    ),
    "payment: its intent's id": (
        "UPDATE payments_payment SET stripe_payment_intent_id = 'pi_nobody' WHERE id = '{payment}'",
        "Our row differs: payment_intent {intent}",
    ),
    "refund: amount": (
        "UPDATE payments_refund SET amount = 1 WHERE id = '{refund}'",
        "Our row differs: refund {re}",
    ),
    "refund: a status nothing leads out of": (
        "UPDATE payments_refund SET status = 'failed' WHERE id = '{refund}'",
        "Our row differs: refund {re}",
    ),
    "dispute: status": (
        "UPDATE payments_dispute SET status = 'won' WHERE id = '{dispute}'",
        "Our row differs: dispute {dp}",
    ),
    "invoice: status": (
        "UPDATE payments_invoice SET status = 'void' WHERE id = '{invoice}'",
        "Our row differs: invoice {in}",
    ),
    "customer: its Stripe id": (
        "UPDATE customers_customer SET stripe_customer_id = NULL WHERE id = '{customer}'",
        "Our row differs: customer {cus}",
    ),
    "manual payment: amount": (
        "UPDATE payments_payment SET amount = 1 WHERE id = '{cash}'",
        "Our row differs: payments.Payment {cash}",
    ),
    "booking: paid": (
        "UPDATE bookings_booking SET paid = 99900 WHERE id = '{booking}'",
        "Booking's total differs: bookings.Booking {booking}",
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_broken_is_named_and_set_back_exactly(made, what):
    statement, words = (text.replace("{amount}", "{{amount}}") for text in BREAKS[what])
    right = world.tables()
    world.break_by_hand(statement.format(**made))
    broken = world.tables()
    assert world.changes(right, broken) != {}

    is_well, said = world.reconcile("--fix", "--dry-run")
    assert (is_well, words.format(**made) in said) == (False, True), said
    assert world.changes(broken, world.tables()) == {}

    is_well, said = world.reconcile("--fix")
    assert (is_well, words.format(**made) in said) == (True, True), said
    assert world.changes(right, world.tables()) == {}
    assert world.reconcile() == (True, "0 differences.\n")


ENTRIES = [
    ("charge", "charge:{charge}"),
    ("fee", None),
    ("refund", "refund:{re}"),
    ("dispute_withdrawn", None),
    ("manual", "manual:{cash}"),
    ("refund by hand", "refund:manual:{by_hand}"),
]


@pytest.mark.parametrize(("kind", "cause"), ENTRIES)
def test_a_ledger_entry_that_is_gone_is_posted_again(made, kind, cause):
    entries = LedgerEntry.objects.all()
    entry = entries.get(cause=cause.format(**made)) if cause else entries.filter(kind=kind)[0]
    facts = ("cause", "kind", "amount", "payment_id", "booking_id", "recorded_by_id")
    before = set(LedgerEntry.objects.values_list(*facts))
    right = world.tables()
    world.break_by_hand("DELETE FROM payments_ledgerentry WHERE id = %s", entry.pk)

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Not in the ledger" in said) == (True, True), said
    assert set(LedgerEntry.objects.values_list(*facts)) == before
    assert set(world.changes(right, world.tables())) == {"payments_ledgerentry"}
    assert world.reconcile() == (True, "0 differences.\n")


@pytest.mark.parametrize(("kind", "cause"), ENTRIES)
def test_a_wrong_ledger_entry_is_adjusted_and_stays(made, kind, cause):
    entries = LedgerEntry.objects.all()
    entry = entries.get(cause=cause.format(**made)) if cause else entries.filter(kind=kind)[0]
    sign = 1 if entry.amount > 0 else -1
    right = world.tables()
    world.break_by_hand(
        "UPDATE payments_ledgerentry SET amount = amount + %s WHERE id = %s", sign * 700, entry.pk
    )
    broken = world.tables()

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Ledger differs" in said) == (True, True), said
    adjusted = LedgerEntry.objects.get(cause=f"adjustment:{entry.cause}#1")
    assert adjusted.amount == sign * -700
    assert adjusted.kind == ("fee" if entry.kind == "fee" else "adjustment")
    assert world.changes(broken, world.tables()) == {"payments_ledgerentry": (0, 1)}
    assert world.changes(right, world.tables()) == {"payments_ledgerentry": (1, 2)}
    assert world.reconcile() == (True, "0 differences.\n")


@pytest.mark.parametrize(
    ("kind", "amount", "cause"),
    [
        ("charge", 5000, "charge:ch_nobody"),
        ("refund", -500, f"refund:manual:{uuid7()}"),
    ],
    ids=["charge", "refund by hand"],
)
def test_an_entry_that_nothing_caused_is_taken_back(made, kind, amount, cause):
    right = world.tables()
    world.break_by_hand(
        "INSERT INTO payments_ledgerentry (booking_id, payment_id, kind, amount, currency, cause, "
        "occurred_at, recorded_at) VALUES (%s, %s, %s, %s, 'usd', %s, now(), now())",
        made["booking"],
        made["payment"],
        kind,
        amount,
        cause,
    )

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Only in the ledger" in said) == (True, True), said
    assert LedgerEntry.objects.get(cause=f"adjustment:{cause}#1").amount == -amount
    assert world.changes(right, world.tables()) == {"payments_ledgerentry": (0, 2)}
    assert world.reconcile() == (True, "0 differences.\n")


def test_an_entry_moved_to_another_booking_is_moved_back_by_two_adjustments(made):
    other = Booking.objects.exclude(pk=made["booking"]).filter(paid=3000).get()
    right = world.tables()
    cause = f"charge:{made['charge']}"
    world.break_by_hand(
        "UPDATE payments_ledgerentry SET booking_id = %s, payment_id = %s WHERE cause = %s",
        other.pk, made["cash"], cause,
    )  # fmt: skip

    is_well, said = world.reconcile("--fix")

    assert is_well, said
    adjusted = LedgerEntry.objects.filter(cause__startswith=f"adjustment:{cause}")
    assert set(adjusted.values_list("booking_id", "payment_id", "amount")) == {
        (other.pk, made["cash"], -10000),
        (made["booking"], made["payment"], 10000),
    }
    assert world.changes(right, world.tables()) == {"payments_ledgerentry": (1, 3)}
    assert world.reconcile() == (True, "0 differences.\n")


def test_a_copy_of_what_stripe_does_not_have_is_marked_as_deleted(made):
    refund = stripe.call("GET", f"refunds/{made['re']}")
    mirror.store(refund | {"id": "re_nobody"})
    planted = world.tables()

    is_well, said = world.reconcile("--fix")

    assert (is_well, "Only in the mirror: refund re_nobody" in said) == (True, True), said
    assert world.changes(planted, world.tables()) == {"djstripe_refund": (1, 1)}
    copy = mirror.stored({"object": "refund", "id": "re_nobody"})
    assert copy is not None
    assert copy["deleted"] is True
    assert world.reconcile() == (True, "0 differences.\n")
