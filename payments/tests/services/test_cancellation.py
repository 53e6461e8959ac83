"""Canceling with money, against the sandbox over HTTP."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from django.utils import timezone

from bookings.errors import InvalidTransition
from bookings.models import Booking, Email
from bookings.services import Move, reschedule_booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed, NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from payments.errors import RefundChanged, RefundOverLimit
from payments.models import Payment
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking, preview_cancellation
from payments.services.disputes import apply_stripe_dispute
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.factories import paid_payment, refunded
from payments.tests.services.parties import made_at_stripe, pay, pay_by_hand, refunds_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

EARLY = "7 days or more before the party: all of it back."
MIDDLE = (
    "Less than 7 days, but 48 hours or more before the party: all but the deposit of $100.00 back."
)
LATE = (
    "Less than 48 hours before the party: half of what was paid beyond the deposit of $100.00 back."
)


@pytest.fixture
def booking(db) -> Booking:
    """Paid in full, with a tip on top: 10000, 45000 and 5000 by card."""
    made: Booking = BookingFactory()
    pay(made)
    pay(made)
    pay(made, payment_type="gratuity", amount=5000)
    return made


def before(booking: Booking, **left: float) -> datetime:
    return booking.starts_at - timedelta(**left)


def owner(booking: Booking) -> User:
    return cast(User, booking.customer.user)


def move(booking: Booking, *, days: int, now: datetime) -> None:
    booking.refresh_from_db()
    to = Move(date=booking.date + timedelta(days=days), time=booking.time)
    reschedule_booking(booking_id=booking.pk, move=to, actor=owner(booking), now=now)


def cancel(
    booking: Booking,
    *,
    now: datetime | None = None,
    actor: User | None = None,
    cancellation_id: UUID | None = None,
    **terms: Any,
):
    return cancel_booking(
        booking_id=booking.pk,
        terms=Terms(**terms),
        cancellation_id=cancellation_id,
        actor=actor or owner(booking),
        now=now or before(booking, days=10),
    )


def rows_of(booking: Booking, *amounts: tuple[str, int]) -> list[dict[str, Any]]:
    """Return what an outcome says of refunds that have succeeded."""
    found = []
    for purpose, amount in amounts:
        payment = Payment.objects.get(booking=booking, payment_type=purpose)
        refund = payment.refunds.get()
        found.append(
            {
                "refund_id": str(refund.pk),
                "payment_id": str(payment.pk),
                "payment_type": purpose,
                "method": "stripe",
                "amount": amount,
                "status": "succeeded",
            }
        )
    return found


def test_the_tip_goes_back_first_then_the_newest_and_the_deposit_stays(booking):
    now = before(booking, hours=72)

    outcome = cancel(booking, now=now, reason="We moved away.")
    stripe.deliver()

    booking.refresh_from_db()
    money = {
        "refunds": rows_of(booking, ("gratuity", 5000), ("balance", 45000)),
        "refund_total": 50000,
        "policy_refund": 50000,
        "kept": 10000,
        "rule": MIDDLE,
        "rule_code": "all_but_deposit",
    }
    assert outcome.to_json() == {"status": "canceled"} | money
    assert (booking.status, booking.seat, booking.canceled_at) == ("canceled", None, now)
    assert (booking.paid, booking.late_money) == (10000, False)
    assert made_at_stripe() == [5000, 45000]

    entry = AuditEntry.objects.get(action="booking.canceled")
    assert (entry.actor, entry.note) == (booking.customer.user, "We moved away.")
    said = entry.changes
    assert said["status"] == ["confirmed", "canceled"]
    assert {name: said[name] for name in ("refund_total", "policy_refund", "kept", "rule")} == {
        name: money[name] for name in ("refund_total", "policy_refund", "kept", "rule")
    }
    email = Email.objects.get(kind="booking_canceled")
    assert "$500.00 goes back to you." in email.text
    assert MIDDLE in email.text
    assert "$100.00 of what you paid stays with us." in email.text


def test_the_preview_says_the_same_and_does_nothing(booking):
    now = before(booking, hours=47)
    preview = preview_cancellation(
        booking_id=booking.pk, terms=Terms(), actor=booking.customer.user, now=now
    ).to_json()
    was = Booking.objects.filter(pk=booking.pk).values().get()

    assert [(row["amount"], row["refund_id"], row["status"]) for row in preview["refunds"]] == [
        (5000, None, None),
        (22500, None, None),
    ]
    assert (preview["status"], preview["refund_total"], preview["kept"]) == (
        "confirmed", 27500, 32500,
    )  # fmt: skip
    assert (made_at_stripe(), refunds_of(booking)) == ([], [])

    done = cancel(booking, now=now, expected_refund=preview["refund_total"]).to_json()

    same = ("refund_total", "policy_refund", "kept", "rule", "rule_code")
    assert {name: done[name] for name in same} == {name: preview[name] for name in same}
    assert was["status"] == "confirmed"


@pytest.mark.parametrize("expected", [50001, 60000, 0])
def test_another_sum_than_expected_cancels_nothing_and_says_what_it_is_now(booking, expected):
    with pytest.raises(RefundChanged) as refused:
        cancel(booking, now=before(booking, hours=72), expected_refund=expected)

    preview: Any = refused.value.extra["preview"]
    assert (preview["refund_total"], preview["kept"], preview["rule"]) == (50000, 10000, MIDDLE)
    booking.refresh_from_db()
    assert (booking.status, refunds_of(booking)) == ("confirmed", [])
    assert not Email.objects.filter(kind="booking_canceled").exists()


def test_the_bookings_own_rules_decide(booking):
    booking.rules_snapshot["cancel_full_refund_hours"] = 24
    booking.save()

    assert cancel(booking, now=before(booking, hours=30)).refund_total == 60000


def test_a_pending_booking_gives_all_of_it_back_as_something_to_do():
    booking = BookingFactory()
    pay_by_hand(booking, amount=4000)
    assert booking.status == "pending"

    outcome = cancel(booking, now=timezone.now())

    assert (outcome.refund_total, outcome.kept) == (4000, 0)
    assert (outcome.rule, outcome.rule_code) == (
        "Not confirmed yet: all of it back.",
        "unconfirmed",
    )
    assert refunds_of(booking) == [("zelle", 4000, "pending")]
    booking.refresh_from_db()
    # It is ours until it has been paid back.
    assert (booking.status, booking.paid, booking.late_money) == ("canceled", 4000, False)
    assert made_at_stripe() == []


def test_nothing_paid_is_nothing_back():
    booking = BookingFactory()
    outcome = cancel(booking, now=timezone.now())
    assert (outcome.status, outcome.refunds, outcome.refund_total, outcome.kept) == (
        "canceled", (), 0, 0,
    )  # fmt: skip


def test_what_is_under_way_or_disputed_counts_as_gone():
    booking = BookingFactory()
    pay(booking)
    pay_by_hand(booking, amount=5000)
    pay(booking, card="pm_card_createDispute")
    stripe.deliver()
    finance = UserFactory(role="finance")
    zelle = Payment.objects.get(method="zelle")
    refund_payment(payment_id=zelle.pk, amount=2000, actor=finance, now=timezone.now())

    outcome = cancel(booking)

    assert [(share.payment.method, share.amount) for share in outcome.shares if share.amount] == [
        ("zelle", 3000),
        ("stripe", 10000),
    ]
    assert (outcome.refund_total, outcome.kept) == (13000, 0)


def test_a_charge_that_was_refunded_and_disputed_takes_from_what_is_left():
    booking = BookingFactory()
    deposit = paid_payment(booking=booking)
    paid_payment(booking=booking, payment_type="balance", amount=45000)
    refunded(deposit, amount=6000)
    withdrawn = {
        "id": "txn_1",
        "type": "adjustment",
        "source": "du_1",
        "amount": -10000,
        "fee": 1500,
        "net": -11500,
        "currency": "usd",
        "created": 1780000000,
        "available_on": 1780000000,
    }
    dispute = {
        "id": "du_1",
        "payment_intent": deposit.stripe_payment_intent_id,
        "amount": 10000,
        "currency": "usd",
        "reason": "fraudulent",
        "status": "needs_response",
        "created": 1780000000,
        "balance_transactions": [withdrawn],
    }
    apply_stripe_dispute(dispute, as_of=timezone.now())

    preview = preview_cancellation(
        booking_id=booking.pk,
        terms=Terms(),
        actor=booking.customer.user,
        now=before(booking, days=10),
    )

    assert (preview.refund_total, preview.kept) == (39000, 0)
    assert [share.amount for share in preview.shares] == [39000, 0]


def test_once_the_party_has_begun_only_staff_cancel_and_nothing_goes_back(booking):
    manager = UserFactory(role="manager")
    with pytest.raises(InvalidTransition, match="has begun"):
        cancel(booking, now=booking.starts_at)

    outcome = cancel(booking, now=booking.starts_at, actor=manager)

    assert (outcome.refund_total, outcome.kept) == (0, 60000)
    assert outcome.rule == "The party has begun: nothing back."


def test_who_may_cancel(booking):
    with pytest.raises(NotFound):
        cancel(booking, actor=UserFactory())
    with pytest.raises(NotAllowed):
        cancel(booking, actor=UserFactory(role="support"))
    with pytest.raises(NotAllowed, match="depart from the cancellation policy"):
        cancel(booking, refund_amount=60000, reason="Please!")
    assert cancel(booking, actor=UserFactory(role="manager")).refund_total == 60000


@pytest.mark.parametrize("status", ["completed", "expired", "canceled", "no_show"])
def test_what_is_over_is_not_canceled(status):
    booking = BookingFactory(status=status)
    with pytest.raises(InvalidTransition):
        cancel(booking)


def test_a_second_cancel_is_refused_and_the_same_one_again_is_answered_again(booking):
    call = uuid7()
    first = cancel(booking, cancellation_id=call).to_json()
    again = cancel(booking, cancellation_id=call).to_json()
    with pytest.raises(InvalidTransition):
        cancel(booking)

    assert first == again
    assert made_at_stripe() == [5000, 10000, 45000]
    assert Email.objects.filter(kind="booking_canceled").count() == 1


@pytest.mark.parametrize(("amount", "kept"), [(60000, 0), (52000, 8000), (0, 60000), (3000, 57000)])
def test_staff_give_back_another_sum_with_a_reason(booking, amount, kept):
    manager = UserFactory(role="manager")
    outcome = cancel(
        booking,
        now=before(booking, hours=72),
        actor=manager,
        refund_amount=amount,
        reason="The chef is ill.",
    )

    assert (outcome.refund_total, outcome.policy_refund, outcome.kept) == (amount, 50000, kept)
    assert sum(made_at_stripe()) == amount
    entry = AuditEntry.objects.get(action="booking.canceled")
    assert (entry.actor, entry.note) == (manager, "The chef is ill.")
    assert (entry.changes["refund_total"], entry.changes["policy_refund"]) == (amount, 50000)
    # The policy's words would not explain this sum.
    assert MIDDLE not in Email.objects.get(kind="booking_canceled").text


def test_another_sum_takes_a_reason_and_is_there(booking):
    manager = UserFactory(role="manager")
    for terms, field in (
        ({"refund_amount": 60000}, "reason"),
        ({"refund_amount": 60000, "reason": " "}, "reason"),
        ({"refund_amount": 60001, "reason": "Sorry."}, "refund_amount"),
    ):
        with pytest.raises(InvalidInput) as refused:
            cancel(booking, actor=manager, **terms)
        assert refused.value.attr == field
    assert refunds_of(booking) == []


def test_more_than_the_policy_says_counts_against_the_managers_limit(booking):
    pay_more = {"now": booking.starts_at, "reason": "We never came."}
    manager, finance = UserFactory(role="manager"), UserFactory(role="finance")
    with pytest.raises(RefundOverLimit):
        cancel(booking, actor=manager, refund_amount=50001, **pay_more)

    assert cancel(booking, actor=finance, refund_amount=60000, **pay_more).kept == 0


def test_what_the_policy_says_is_no_managers_to_limit(booking):
    assert cancel(booking, actor=UserFactory(role="manager")).refund_total == 60000


def test_a_crash_before_stripe_was_asked_is_finished_by_the_sweep(booking, sandbox):
    fault = {"kind": "reset", "path": "/v1/refunds", "method": "POST", "times": 3}
    sandbox.control("POST", "faults", {"api": [fault]})
    outcome = cancel(booking)
    assert {refund.status for refund in outcome.refunds} == {"pending"}
    assert made_at_stripe() == []

    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))

    assert made_at_stripe() == [5000, 10000, 45000]
    assert {status for _, _, status in refunds_of(booking)} == {"succeeded"}


def test_a_refund_that_stripe_refuses_stops_no_other_and_is_shown_to_staff(booking):
    deposit = Payment.objects.get(booking=booking, payment_type="deposit")
    intent = deposit.stripe_payment_intent_id
    stripe.call("POST", "refunds", payment_intent=intent, amount=10000)

    outcome = cancel(booking)

    assert {(refund.amount, refund.status) for refund in outcome.refunds} == {
        (5000, "succeeded"),
        (45000, "succeeded"),
        (10000, "failed"),
    }
    booking.refresh_from_db()
    assert (booking.late_money, booking.paid) == (True, 10000)
    # What was done in the dashboard arrives, and nobody has to look any more.
    stripe.deliver()
    booking.refresh_from_db()
    assert (booking.late_money, booking.paid) == (False, 0)


def test_a_refund_that_fails_later_is_shown_to_staff(sandbox):
    booking = BookingFactory()
    pay(booking, card="pm_card_refundFail")
    cancel(booking)
    sandbox.control("POST", "jobs", {})

    stripe.deliver()

    booking.refresh_from_db()
    assert (booking.late_money, booking.paid) == (True, 10000)


def test_money_by_hand_goes_back_in_its_turn_and_waits_for_staff():
    booking = BookingFactory()
    pay(booking)
    pay_by_hand(booking, amount=1000)
    pay(booking, payment_type="gratuity", amount=2000)

    cancel(booking, now=before(booking, hours=72))

    assert refunds_of(booking) == [("stripe", 2000, "succeeded"), ("zelle", 1000, "pending")]


@pytest.mark.parametrize(
    ("left", "back", "rule"),
    [
        (timedelta(days=8), 60000, EARLY),
        (timedelta(days=5), 50000, f"Moved l{MIDDLE[1:]}"),
        (timedelta(hours=47), 27500, f"Moved l{LATE[1:]}"),
    ],
)
def test_nobody_moves_a_party_far_away_to_cancel_it_for_more(booking, left, back, rule):
    now = booking.starts_at - left
    move(booking, days=60, now=now)
    # Once more, from far away: what the first move was bound by stays.
    move(booking, days=90, now=now)

    outcome = cancel(booking, now=now)

    assert (outcome.refund_total, outcome.rule) == (back, rule)
