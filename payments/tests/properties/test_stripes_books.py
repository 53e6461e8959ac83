"""Whatever is done, and in whatever order Stripe tells it: our books are Stripe's, to the cent."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError
from payments.models import Payment
from payments.queries.accounting import lines
from payments.queries.accounting_proof import proof
from payments.queries.ledger import refundable
from payments.queries.unproven import unproven
from payments.services.intents import refresh_payment
from payments.services.paid_back import mark_paid_back
from payments.services.refunds import refund_payment
from payments.tests import stripe_world as stripe
from payments.tests.books import world
from payments.tests.properties.machine import CROSSED
from payments.tests.services.parties import pay_by_hand, pay_unheard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

CARDS = ("bypassPending", "createDispute", "createDisputeInquiry", "pendingRefund", "refundFail")
STEPS = 14


class Day:
    """A day on which anything may happen to a booking, chosen by a seed."""

    def __init__(self, seed: int, sandbox: Any) -> None:
        self.chance = random.Random(seed)
        self.sandbox = sandbox
        self.booking: Booking = BookingFactory()
        self.finance = UserFactory(role="finance")

    def pass_by(self) -> None:
        """Do some things, each of which may be refused, and let Stripe tell of all of them."""
        # What disputes withdraw has to be there.
        pay_unheard(self.booking, card="pm_card_bypassPending")
        things: list[Callable[[], object]] = [
            self.tip, self.tip, self.pay, self.zelle, self.refund, self.refund,
            self.dashboard_refund, self.fail_a_refund, self.close_a_dispute, self.hear, self.hear,
        ]  # fmt: skip
        for _ in range(STEPS):
            with suppress(DomainError, IndexError):
                self.chance.choice(things)()
        self.sandbox.control("POST", "jobs", {})
        told = stripe.events() * 2
        self.chance.shuffle(told)
        stripe.deliver(*told)
        # What those events have asked the worker to do.
        for payment in Payment.objects.filter(method="stripe"):
            refresh_payment(payment_id=payment.pk, now=timezone.now())
        world.settle()

    def tip(self) -> None:
        """Pay a tip by some card."""
        card = f"pm_card_{self.chance.choice(CARDS)}"
        cents = self.chance.randint(500, 9000)
        pay_unheard(self.booking, card=card, payment_type="gratuity", amount=cents)

    def pay(self) -> None:
        """Pay by card what is due, if anything is."""
        pay_unheard(self.booking, card=f"pm_card_{self.chance.choice(CARDS)}")

    def zelle(self) -> None:
        """Let staff record a part of what is owed."""
        self.booking.refresh_from_db()
        pay_by_hand(self.booking, amount=self.chance.randint(1, max(self.booking.balance, 1)))

    def refund(self) -> None:
        """Give back a part of any payment."""
        payment = self.chance.choice(list(Payment.objects.succeeded().order_by("created_at")))
        cents = self.chance.randint(1, max(refundable(payment), 1))
        asked: dict[str, Any] = {"actor": self.finance, "now": timezone.now()}
        made = refund_payment(payment_id=payment.pk, amount=cents, **asked)
        if payment.method != Payment.Method.STRIPE:
            mark_paid_back(refund_id=made.pk, how="zelle", **asked)

    def dashboard_refund(self) -> None:
        """Somebody refunds a part of a charge at Stripe itself, if it lets them."""
        found = stripe.call("GET", "charges", limit=100)["data"]
        charge = self.chance.choice([each for each in found if each["paid"]])
        stripe.call("POST", "refunds", charge=charge["id"], amount=self.chance.randint(1, 3000))

    def fail_a_refund(self) -> None:
        """A refund comes back."""
        found = stripe.call("GET", "refunds", limit=100)["data"]
        going = [each for each in found if each["status"] in ("pending", "succeeded")]
        refund = self.chance.choice(going)
        self.sandbox.control("POST", "actions/fail_refund", {"refund": refund["id"]})

    def close_a_dispute(self) -> None:
        """A bank decides."""
        self.sandbox.control("POST", "jobs", {})
        found = stripe.call("GET", "disputes", limit=100)["data"]
        open_ones = [each for each in found if each["status"] == "needs_response"]
        given = {
            "dispute": self.chance.choice(open_ones)["id"],
            "outcome": self.chance.choice(["won", "lost"]),
        }
        self.sandbox.control("POST", "actions/close_dispute", given)

    def hear(self) -> None:
        """Some of Stripe's events arrive, in any order and some twice."""
        stripe.deliver(*self.chance.choices(stripe.events(), k=5))


def check(seed: int, sandbox: Any) -> None:
    """Let a day pass, and hold the ledger, the export and Stripe's books against each other."""
    Day(seed, sandbox).pass_by()

    exported = list(lines(world.this_week()))
    inside = sum(line.amount for line in exported if not line.outside_stripe)
    at_stripe = sum(each["net"] for each in world.transactions() if each["type"] != "payout")
    assert sum(line.amount for line in exported) == world.ledger_sum()
    assert inside == at_stripe
    assert proof(world.this_week()).difference == 0
    later = timezone.now() + timedelta(hours=2)
    assert [each for each in unproven(now=later) if each.what != CROSSED] == []


@pytest.mark.parametrize("seed", range(4))
def test_the_export_is_the_ledger_and_stripes_balance(seed, sandbox):
    check(seed, sandbox)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_the_export_is_the_ledger_and_stripes_balance_on_any_day(seed, sandbox):
    check(seed, sandbox)
