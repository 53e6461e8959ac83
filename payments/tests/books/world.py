"""A world with every kind of movement in it, and Stripe's own books beside ours."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import LedgerEntry, Payment
from payments.queries.period import Period
from payments.services.balance_transactions import pull_balance_transactions
from payments.services.manual import record_manual_payment
from payments.services.paid_back import mark_paid_back
from payments.services.payouts import itemize_payouts
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid


def make(sandbox: Any) -> Payment:
    """Charge, refund, fail a refund, lose a dispute, win one, take cash and give of it back."""
    staff, now = UserFactory(role="admin"), timezone.now()
    payment = paid("pm_card_bypassPending")
    refund_payment(payment_id=payment.pk, amount=2500, actor=staff, now=now)
    failing = refund_payment(payment_id=payment.pk, amount=1000, actor=staff, now=now)
    sandbox.control("POST", "actions/fail_refund", {"refund": failing.stripe_refund_id})
    # What disputes withdraw has to be there.
    paid("pm_card_bypassPending")
    paid("pm_card_bypassPending")
    for outcome in ("lost", "won"):
        disputed = paid("pm_card_createDispute")
        sandbox.control("POST", "jobs", {})
        [dispute] = stripe.call(
            "GET", "disputes", payment_intent=disputed.stripe_payment_intent_id
        )["data"]
        sandbox.control(
            "POST", "actions/close_dispute", {"dispute": dispute["id"], "outcome": outcome}
        )
    booking = BookingFactory()
    cash = record_manual_payment(
        booking_id=booking.pk, method="cash", amount=5000, actor=staff, now=now
    )
    by_hand = refund_payment(payment_id=cash.pk, amount=1000, actor=staff, now=now)
    mark_paid_back(refund_id=by_hand.pk, how="cash", actor=staff, now=now)
    return payment


def settle() -> None:
    """Let every event arrive, and the sweepers run."""
    stripe.deliver()
    now = timezone.now()
    sweep_stripe_calls(now=now + timedelta(minutes=2))
    pull_balance_transactions(now=now)
    itemize_payouts(now=now)


def transactions() -> list[stripe.Json]:
    """Return all that Stripe has booked, the newest first."""
    found: list[stripe.Json] = stripe.call("GET", "balance_transactions", limit=100)["data"]
    return found


def cents_by_type(found: list[stripe.Json]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for each in found:
        sums[each["type"]] += each["net"]
    return dict(sums)


def ledger_sum(**only: Any) -> int:
    return sum(LedgerEntry.objects.filter(**only).values_list("amount", flat=True))


def this_week(basis: str = "event") -> Period:
    """Return a period that everything made now is in, by either date."""
    today = timezone.localdate()
    day = timedelta(days=1)
    return Period(first=today - 3 * day, last=today + 4 * day, basis=basis)


def parsed(lines: Iterator[str]) -> list[dict[str, str]]:
    """Read a CSV file back as an accountant's program does."""
    return list(csv.DictReader(lines))
