"""A booking's timeline through the API: what staff read, and what its customer does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from bookings.models import Booking, Email
from bookings.services import expire_holds
from bookings.tests.factories import BookingFactory
from customers.models import Customer, User
from customers.tests.factories import UserFactory
from myhibachi.core import audit
from payments.models import Refund
from payments.queries.timeline import timeline
from payments.services.disputes import apply_stripe_dispute
from payments.services.intents import apply_payment_intent
from payments.services.manual import record_manual_payment
from payments.services.paid_back import mark_paid_back
from payments.services.refunds import refund_payment
from payments.tests import stripe_says
from payments.tests.factories import PaymentFactory, paid_payment, refunded

pytestmark = pytest.mark.django_db(transaction=True)

T0 = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def finance() -> User:
    user: User = UserFactory(role="finance", name="Fay", email="fay@myhibachi.example")
    return user


@pytest.fixture
def booking(customer: Customer, finance: User, time_machine: Any) -> Booking:
    """An hour for each: made, paid by card and by Zelle, given back of both, tipped, disputed."""
    time_machine.move_to(T0, tick=False)
    made: Booking = BookingFactory(customer=customer)
    audit.record("booking.created", made, actor=customer.user, total=made.total)
    time_machine.move_to(T0 + HOUR, tick=False)
    card = paid_payment(booking=made)
    time_machine.move_to(T0 + 2 * HOUR, tick=False)
    zelle = record_manual_payment(
        booking_id=made.pk,
        method="zelle",
        amount=45000,
        note="Aunt May sent it.",
        actor=finance,
        now=T0 + 2 * HOUR,
    )
    time_machine.move_to(T0 + 3 * HOUR, tick=False)
    refunded(card, amount=2500, reason="customer_request", notes="Rain.", requested_by=finance)
    time_machine.move_to(T0 + 4 * HOUR, tick=False)
    back = refund_payment(payment_id=zelle.pk, amount=5000, actor=finance, now=T0 + 4 * HOUR)
    time_machine.move_to(T0 + 5 * HOUR, tick=False)
    paid: dict[str, Any] = {
        "how": "venmo",
        "reference": "V-77",
        "actor": finance,
        "now": T0 + 5 * HOUR,
    }
    mark_paid_back(refund_id=back.pk, **paid)
    time_machine.move_to(T0 + 6 * HOUR, tick=False)
    paid_payment(booking=made, payment_type="gratuity", amount=3000)
    time_machine.move_to(T0 + 7 * HOUR, tick=False)
    dispute(card.stripe_payment_intent_id or "")
    made.refresh_from_db()
    return made


def dispute(intent: str) -> None:
    """Let the cardholder's bank take a payment back, as Stripe would tell."""
    at = T0 + 7 * HOUR
    moved = stripe_says.balance_transaction(name="1", amount=-7500, fee=1500, at=at)
    said = stripe_says.dispute(
        intent, name="1", amount=7500, status="needs_response", at=at, moved=[moved]
    )
    apply_stripe_dispute(said, as_of=at)


def read(user: User | None, booking: Booking) -> Any:
    client = APIClient(raise_request_exception=False)
    if user:
        client.force_authenticate(user)
    return client.get(f"/api/bookings/{booking.reference}/timeline")


def told(user: User | None, booking: Booking, *fields: str) -> list[tuple[Any, ...]]:
    """Return these fields of each row; if left out, the title, cents, cents paid, and who."""
    names = fields or ("title", "amount", "paid", "actor")
    return [tuple(row[name] for name in names) for row in read(user, booking).json()["rows"]]


def test_staff_read_every_movement_in_order_with_who_and_what_is_paid_by_then(booking, finance):
    subject = Email.objects.get().subject
    assert told(finance, booking) == [
        ("Booking made", None, None, booking.customer.user.name),
        ("Deposit paid by card", 10000, 10000, "Stripe"),
        ("Booking confirmed", None, None, "My Hibachi"),
        (f"E-mail queued: {subject}", None, None, "My Hibachi"),
        ("Balance paid by Zelle", 45000, 55000, "Fay"),
        ("Refunded", -2500, 52500, "Fay"),
        ("Refund of $25.00: succeeded", None, None, "Stripe"),
        ("Refund of $50.00 begun", None, None, "Fay"),
        ("Paid back by Venmo", -5000, 47500, "Fay"),
        ("Gratuity paid by card", 3000, 47500, "Stripe"),
        ("Stripe's fee for a dispute", -1500, 47500, "Stripe"),
        ("Dispute of $75.00: needs response", None, None, "Stripe"),
        ("Disputed: taken back by the cardholder's bank", -7500, 40000, "Stripe"),
        ("Asks for a decision: Disputed by the cardholder", None, None, "My Hibachi"),
    ]
    assert booking.paid == 40000


def test_its_customer_reads_no_fees_names_nor_what_staff_decide(booking, customer):
    assert told(customer.user, booking) == [
        ("Booking made", None, None, "you"),
        ("Deposit paid by card", 10000, 10000, "Stripe"),
        ("Booking confirmed", None, None, "My Hibachi"),
        ("Balance paid by Zelle", 45000, 55000, "My Hibachi"),
        ("Refunded", -2500, 52500, "My Hibachi"),
        ("Refund of $50.00 begun", None, None, "My Hibachi"),
        ("Paid back by Venmo", -5000, 47500, "My Hibachi"),
        ("Gratuity paid by card", 3000, 47500, "Stripe"),
        ("Disputed: taken back by the cardholder's bank", -7500, 40000, "Stripe"),
    ]


@pytest.mark.parametrize(
    "secret", ["Fay", "fay@", "Aunt May", "Rain", "V-77", "du_", "txn_", "re_"]
)
def test_its_customer_reads_no_note_nor_id_of_stripes(booking, customer, secret):
    assert secret not in read(customer.user, booking).content.decode()


def test_staff_read_why(booking, finance):
    assert told(finance, booking, "kind", "note") == [
        ("booking.created", "total $550.00"),
        ("charge", ""),
        ("booking.confirmed", "paid $100.00"),
        ("email.queued", ""),
        ("charge", "Aunt May sent it."),
        ("refund", "customer request; Rain."),
        ("refund.status", ""),
        ("refund.created", ""),
        ("refund", "V-77"),
        ("charge", ""),
        ("fee", ""),
        ("dispute.status", ""),
        ("dispute_withdrawn", ""),
        ("attention.opened", ""),
    ]


def test_the_answer_says_whose_it_is_and_of_each_row_what_it_is_about(booking, finance, customer):
    answer = read(customer.user, booking).json()
    assert answer | {"rows": []} == {
        "booking_id": str(booking.pk),
        "reference": booking.reference,
        "currency": "usd",
        "truncated": False,
        "rows": [],
    }
    back = Refund.objects.get(amount=5000)
    assert [row for row in answer["rows"] if row["kind"] == "refund"][1] == {
        "at": "2026-11-23T14:00:00-08:00",
        "kind": "refund",
        "title": "Paid back by Venmo",
        "amount": -5000,
        "paid": 47500,
        "actor": "My Hibachi",
        "about": {"type": "payments.refund", "id": str(back.pk)},
    }


def test_each_reading_is_the_same(booking, finance):
    assert [read(finance, booking).content for _ in range(3)] == [
        read(finance, booking).content
    ] * 3


@pytest.mark.parametrize("approval", ["requested", "rejected"])
def test_its_customer_does_not_read_of_a_refund_that_waits_for_approval(
    booking, customer, finance, approval
):
    waiting = Refund.objects.create(
        payment=booking.payments.get(method="zelle"),
        amount=4000,
        approval=approval,
        decided_by=finance if approval == "rejected" else None,
    )
    audit.record("refund.created", waiting, actor=finance, amount=4000)

    title = "Refund of $40.00 begun"
    assert title in [row[0] for row in told(finance, booking)]
    assert title not in [row[0] for row in told(customer.user, booking)]


def test_a_payment_that_fails_and_a_hold_that_runs_out_are_told(customer, time_machine):
    time_machine.move_to(T0, tick=False)
    booking = BookingFactory(customer=customer, hold_expires_at=T0 + 2 * HOUR)
    payment = PaymentFactory(booking=booking)
    declined = {
        "id": "pi_1",
        "status": "requires_payment_method",
        "last_payment_error": {"code": "card_declined", "message": "No."},
        "metadata": {"payment_id": str(payment.pk)},
    }
    time_machine.move_to(T0 + HOUR, tick=False)
    apply_payment_intent(declined, as_of=None, now=T0 + HOUR)
    time_machine.move_to(T0 + 2 * HOUR, tick=False)
    expire_holds(T0 + 2 * HOUR)
    Email.objects.update(status="sent", sent_at=T0 + 3 * HOUR)
    [email] = Email.objects.all()

    assert told(customer.user, booking, "kind", "title", "actor") == [
        ("payment.status", "Deposit of $100.00 by card: failed", "Stripe"),
        ("booking.expired", "The hold ran out", "My Hibachi"),
        ("email.sent", f"E-mail sent: {email.subject}", "My Hibachi"),
    ]


def test_tax_on_top_of_the_bill_is_money_and_no_part_of_what_is_paid_for_it(finance):
    payment = PaymentFactory(amount=10000, surface="checkout")
    said = stripe_says.intent_paid(payment, name="1", at=T0) | {"amount_received": 10825}
    apply_payment_intent(said, as_of=T0, now=T0)
    payment.refresh_from_db()
    refunded(payment, amount=5000, at=T0 + HOUR)

    rows = told(finance, payment.booking, "amount", "paid")
    assert [row for row in rows if row[0]] == [
        (10825, 10000),
        (-5000, Booking.objects.get().paid),
    ]


def test_a_long_log_is_cut_at_its_old_end_and_money_never(booking):
    for guests in range(12):
        audit.record("booking.updated", booking, actor=None, guests=[guests, guests + 1])

    found = timeline(booking, staff=True, most=5)

    assert found.truncated
    notes = [row.note for row in found.rows if row.kind == "booking.updated"]
    assert notes == [f"guests {n} → {n + 1}" for n in range(7, 12)]
    assert [row.paid for row in found.rows if row.amount][-1] == booking.paid
    assert not timeline(booking, staff=True, most=50).truncated


def test_it_takes_as_many_queries_however_much_there_is(booking, finance):
    booking = Booking.objects.select_related("customer").get()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            timeline(booking, staff=True)
        return len(captured)

    before = queries()
    for _ in range(5):
        refunded(paid_payment(booking=booking, amount=700), amount=200, requested_by=finance)

    assert (queries(), before) == (before, 12)


@pytest.mark.parametrize("role", ["support", "manager", "finance", "admin"])
def test_every_role_reads_it(booking, role):
    assert read(UserFactory(role=role), booking).status_code == 200


def test_nobody_else_does(booking):
    assert [read(user, booking).status_code for user in (None, UserFactory())] == [401, 404]
