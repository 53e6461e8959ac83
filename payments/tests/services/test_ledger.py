"""The ledger is append-only, and the database says so itself."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from payments.models import LedgerEntry, Payment
from payments.services import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment() -> Payment:
    booking = BookingFactory()
    return Payment.objects.create(
        booking=booking,
        customer=booking.customer,
        method="cash",
        surface="manual",
        payment_type="deposit",
        amount=10000,
        status="succeeded",
        succeeded_at=timezone.now(),
    )


def post(payment: Payment, amount: int = 10000, kind: str = "charge") -> bool:
    return ledger.post(
        payment=payment,
        kind=LedgerEntry.Kind(kind),
        amount=amount,
        cause="charge:ch_1",
        occurred_at=timezone.now(),
    )


def test_the_same_cause_twice_is_one_entry(payment: Payment):
    assert (post(payment), post(payment)) == (True, False)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_ledgerentry SET amount = 1",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry",
    ],
)
def test_raw_sql_cannot_change_it(payment: Payment, sql: str):
    post(payment)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert LedgerEntry.objects.get().amount == 10000


def test_the_orm_cannot_change_it(payment: Payment):
    post(payment)
    entry = LedgerEntry.objects.get()
    entry.amount = 1
    for change in (entry.save, entry.delete, LedgerEntry.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert LedgerEntry.objects.get().amount == 10000


@pytest.mark.parametrize(
    ("kind", "amount"), [("charge", -1), ("refund", 1), ("charge", 0), ("dispute_withdrawn", 5)]
)
def test_an_entry_whose_sign_does_not_fit_its_kind_is_refused(
    payment: Payment, kind: str, amount: int
):
    with pytest.raises(DatabaseError), transaction.atomic():
        post(payment, amount, kind)
