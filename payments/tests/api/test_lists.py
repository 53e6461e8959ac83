"""Who sees what of payments, refunds, disputes and invoices."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from bookings.tests.factories import BookingFactory
from payments.models import Payment
from payments.queries.ledger import refundable
from payments.tests.api.clients import refusal
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    RefundFactory,
    paid_payment,
    refunded,
)
from payments.tests.queries.ledgers import entry

pytestmark = pytest.mark.django_db

STAFF_ONLY = {
    "payments": {
        "fee",
        "net",
        "stripe_payment_intent_id",
        "stripe_charge_id",
        "awaiting_stripe",
        "note",
        "recorded_by",
    },
    "refunds": {
        "notes",
        "failure_reason",
        "stripe_refund_id",
        "requested_by",
        "approval",
        "decided_by",
        "state",
    },
    "disputes": {"evidence_due_by", "stripe_dispute_id"},
    "invoices": {"stripe_invoice_id", "awaiting_stripe"},
}


@pytest.fixture
def booking(customer):
    return BookingFactory(customer=customer)


def when(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None
    return found


def ids(rows) -> set[str]:
    return {row["id"] for row in rows}


def test_a_payment_as_its_customer_sees_it(api, booking):
    payment = paid_payment(booking=booking, amount=10000)
    refund = refunded(payment, amount=2500, notes="Between us.")
    RefundFactory(payment=payment, amount=500)
    entry(payment, "fee", -320, timezone.now())

    (shown,) = api.results("payments", booking_id=booking.reference)

    times = {name: when(shown.pop(name)) for name in ("succeeded_at", "created_at", "updated_at")}
    assert times["succeeded_at"] == payment.succeeded_at
    under_way, first = payment.refunds.order_by("-created_at")
    assert first == refund
    assert [set(each) for each in shown["refunds"]] == [
        {"id", "amount", "currency", "status", "reason", "created_at", "updated_at"}
    ] * 2
    assert ids(shown.pop("refunds")) == {str(refund.pk), str(under_way.pk)}
    assert shown == {
        "id": str(payment.pk),
        "booking_id": str(booking.pk),
        "booking_reference": booking.reference,
        "customer_id": str(booking.customer_id),
        "payment_type": "deposit",
        "method": "stripe",
        "surface": "checkout",
        "tax": 0,
        "amount": 10000,
        "currency": "usd",
        "status": "succeeded",
        "failure_code": "",
        "failure_message": "",
        "refunded": 2500,
        "refundable": 7000,
        "stripe_checkout_session_id": None,
    }


def test_staff_see_what_it_cost_and_stripes_ids_too(support, booking):
    payment = paid_payment(booking=booking, amount=10000)
    refund = refunded(payment, amount=2500, notes="Between us.")
    entry(payment, "fee", -320, timezone.now())

    (shown,) = support.results("payments")

    assert {name: shown[name] for name in STAFF_ONLY["payments"]} == {
        "fee": 320,
        "net": 7180,
        "stripe_payment_intent_id": payment.stripe_payment_intent_id,
        "stripe_charge_id": payment.stripe_charge_id,
        "awaiting_stripe": False,
        "note": "",
        "recorded_by": None,
    }
    assert shown["refunds"][0]["stripe_refund_id"] == refund.stripe_refund_id
    assert shown["refunds"][0]["notes"] == "Between us."


def test_what_is_refundable_is_what_a_refund_would_be_checked_against(support):
    lost = paid_payment(amount=10000)
    entry(lost, "dispute_withdrawn", -10000, timezone.now())
    partly = paid_payment(amount=10000)
    refunded(partly, amount=1)
    payments: list[Payment] = [lost, partly, paid_payment(amount=10000), PaymentFactory()]
    shown = {row["id"]: row["refundable"] for row in support.results("payments")}
    assert shown == {str(payment.pk): refundable(payment) for payment in payments}


@pytest.mark.parametrize("path", STAFF_ONLY)
def test_customers_see_their_own_and_staff_all(api, support, booking, path):
    payment = paid_payment(booking=booking)
    other = paid_payment()
    for each in (payment, other):
        RefundFactory(payment=each)
        DisputeFactory(payment=each)
        InvoiceFactory(booking=each.booking)

    (mine,) = api.results(path)
    every = support.results(path)

    assert (mine["booking_id"], mine["booking_reference"]) == (str(booking.pk), booking.reference)
    assert mine["customer_id"] == str(booking.customer_id)
    assert not STAFF_ONLY[path] & set(mine)
    assert len(every) == 2
    assert set(every[0]) - set(mine) == STAFF_ONLY[path]
    for hint in (str(other.booking_id), other.booking.reference):
        assert api.results(path, booking_id=hint) == []


def test_somebody_without_bookings_sees_nothing(api):
    paid_payment()
    assert api.get("payments").json() == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("path", STAFF_ONLY)
def test_a_list_costs_the_same_queries_however_long(api, booking, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert api.get(path).status_code == 200
        return len(found)

    def add() -> None:
        payment = paid_payment(booking=booking)
        refunded(payment, amount=100)
        DisputeFactory(payment=payment)
        InvoiceFactory(booking=BookingFactory(customer=booking.customer))

    add()
    once = queries()
    for _ in range(3):
        add()
    assert queries() == once


def test_filters_of_payments(support, booking):
    deposit = paid_payment(booking=booking, amount=10000)
    tip = PaymentFactory(booking=booking, payment_type="gratuity", method=Payment.Method.STRIPE)
    cash = PaymentFactory(method=Payment.Method.CASH, status="succeeded", payment_type="full")
    old = timezone.now() - timedelta(days=10)
    Payment.objects.filter(pk=cash.pk).update(created_at=old)
    hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    cases = {
        (deposit, tip): [
            {"booking_id": str(booking.pk)},
            {"booking_id": booking.reference.lower()},
            {"customer": str(booking.customer_id)},
            {"method": "stripe"},
            {"created_after": hour_ago},
        ],
        (tip,): [{"payment_type": "gratuity"}, {"status": "pending"}],
        (cash,): [{"method": "cash"}, {"created_before": hour_ago}],
        (): [{"booking_id": "booking-123"}, {"status": "failed"}],
        (deposit, cash): [{"status": "succeeded"}],
    }
    for expected, queries in cases.items():
        for query in queries:
            found = ids(support.results("payments", **query))
            assert found == {str(payment.pk) for payment in expected}, query


def test_filters_of_what_hangs_on_a_payment(support, booking):
    payment = paid_payment(booking=booking)
    other = PaymentFactory(method=Payment.Method.ZELLE, payment_type="full")
    mine, theirs = RefundFactory(payment=payment, status="succeeded"), RefundFactory(payment=other)
    for query in (
        {"payment_id": str(payment.pk)},
        {"booking_id": booking.reference},
        {"customer": str(booking.customer_id)},
        {"method": "stripe"},
        {"payment_type": "deposit"},
        {"status": "succeeded"},
    ):
        assert ids(support.results("refunds", **query)) == {str(mine.pk)}, query
    assert ids(support.results("refunds", method="zelle")) == {str(theirs.pk)}


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"status": "paid"}, "status"),
        ({"method": "barter"}, "method"),
        ({"customer": "me"}, "customer"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"ordering": "amount"}, "ordering"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_a_query_that_makes_no_sense_is_a_400(support, query, attr):
    status, _, field = refusal(support.get("payments", **query))
    assert (status, field) == (400, attr)


@pytest.mark.parametrize("moment", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31"])
def test_the_ends_of_time_are_moments_too(support, moment):
    for name in ("created_after", "created_before"):
        assert support.get("payments", **{name: moment}).status_code == 200


def test_pages_follow_each_other_and_the_newest_come_first(support):
    payments = [PaymentFactory() for _ in range(3)]
    page = support.get("payments", limit=2).json()
    assert [row["id"] for row in page["results"]] == [str(p.pk) for p in payments[:0:-1]]
    assert "cursor=" in page["next"]
    oldest = support.results("payments", ordering="created_at", limit=1)
    assert ids(oldest) == {str(payments[0].pk)}
