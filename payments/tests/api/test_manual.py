"""Money that staff record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from myhibachi.core.models import AuditEntry, IdempotencyKey
from payments.models import LedgerEntry, Payment
from payments.services.attempts import Wanted
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.api.clients import Api, refusal
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(customer) -> Booking:
    return BookingFactory(customer=customer)


def record(api: Api, booking: Booking, **body):
    wanted = {"booking_id": booking.reference, "method": "zelle", "amount": 10000}
    return api.post("payments/manual", wanted | body)


def test_a_zelle_deposit_confirms_the_booking(support, booking):
    received_at = timezone.now() - timedelta(days=1)

    response = record(
        support, booking, received_at=received_at.isoformat(), note="Paid twice.", reference="Z-1"
    )

    assert response.status_code == 201
    payment = Payment.objects.get()
    shown = response.json()
    assert (shown["id"], shown["net"], shown["note"]) == (
        str(payment.pk),
        10000,
        "Z-1; Paid twice.",
    )
    assert parse_datetime(shown["succeeded_at"]) == received_at
    assert list(
        LedgerEntry.objects.values_list("cause", "amount", "occurred_at", "recorded_by__email")
    ) == [(f"manual:{payment.pk}", 10000, received_at, support.user.email)]
    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.balance) == ("confirmed", 10000, 45000)
    assert (payment.surface, payment.payment_type, payment.status) == (
        "manual",
        "deposit",
        "succeeded",
    )
    logged = AuditEntry.objects.get(action="payment.recorded")
    assert (logged.actor, logged.changes["method"]) == (support.user, "zelle")


def test_after_the_deposit_it_is_the_balance(support, booking):
    for method, amount in [("cash", 10000), ("check", 25000), ("venmo", 20000)]:
        assert record(support, booking, method=method, amount=amount).status_code == 201
    kinds = Payment.objects.order_by("created_at").values_list("method", "payment_type")
    assert list(kinds) == [("cash", "deposit"), ("check", "balance"), ("venmo", "balance")]
    booking.refresh_from_db()
    assert booking.balance == 0


def test_never_more_than_is_owed_but_for_a_tip(support, booking):
    paid_payment(booking=booking, amount=54000, payment_type="full")
    response = record(support, booking, amount=1001)
    assert response.status_code == 409
    assert response.json()["errors"] == [
        {
            "code": "more_than_owed",
            "detail": "This booking owes $10.00. Record the rest as a gratuity.",
            "attr": "amount",
            "balance": 1000,
        }
    ]
    assert record(support, booking, amount=20000, payment_type="gratuity").status_code == 201
    booking.refresh_from_db()
    assert booking.paid == 54000


def test_money_for_an_expired_booking_is_kept_and_flagged(support, customer):
    booking = BookingFactory(customer=customer, status="expired")
    assert record(support, booking).status_code == 201
    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.late_money) == ("expired", 10000, True)


def test_a_customer_may_not(api, booking):
    assert refusal(record(api, booking)) == (403, "permission_denied", None)


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"method": "stripe"}, "invalid_choice", "method"),
        ({"amount": 0}, "min_value", "amount"),
        ({"amount": 100.5}, "invalid", "amount"),
        ({"received_at": "2999-01-01T00:00:00Z"}, "invalid", "received_at"),
        ({"received_at": "0001-01-01T00:00:00Z"}, "overflow", "received_at"),
        ({"received_at": "soon"}, "invalid", "received_at"),
        ({"memo": "?"}, "unknown_field", "memo"),
    ],
)
def test_a_body_that_makes_no_sense_is_a_400(support, booking, body, code, attr):
    assert refusal(record(support, booking, **body)) == (400, code, attr)
    assert not Payment.objects.exists()


def test_the_same_key_records_once(support, booking):
    body = {"booking_id": booking.reference, "method": "cash", "amount": 10000}
    first, second = (
        support.post("payments/manual", body, **{"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.json() == second.json()
    assert Payment.objects.count() == 1


def test_the_same_key_records_once_though_the_first_request_died_before_its_answer(
    support, booking
):
    body = {"booking_id": str(booking.pk), "method": "cash", "amount": 2000}
    first = support.post("payments/manual", body, **{"Idempotency-Key": "abc"})
    IdempotencyKey.objects.update(status=None, started_at=timezone.now() - timedelta(minutes=3))

    again = support.post("payments/manual", body, **{"Idempotency-Key": "abc"})

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_never_record_more_than_is_owed(support, booking):
    def ask(_: int) -> int:
        try:
            return int(record(Api(support.user), booking, amount=20000).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(ask, range(10)))

    assert statuses == [201] * 2 + [409] * 8
    booking.refresh_from_db()
    assert booking.paid == 40000


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_an_open_card_payment_is_closed_first(support, booking):
    user = User.objects.get(pk=support.user.pk)
    wanted = Wanted(booking_id=booking.pk, user=user, surface=Payment.Surface.CHECKOUT)
    session = start_payment(wanted, now=timezone.now()).stripe_object

    assert record(support, booking, amount=55000, payment_type="full").status_code == 201

    assert stripe.call("GET", f"checkout/sessions/{session['id']}")["status"] == "expired"
    statuses = Payment.objects.order_by("created_at").values_list("method", "status")
    assert list(statuses) == [("stripe", "canceled"), ("zelle", "succeeded")]
