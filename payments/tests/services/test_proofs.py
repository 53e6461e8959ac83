"""Each figure that the ledger does not prove is found at night, and asks a person once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Booking, Quote
from bookings.tests.factories import BookingFactory
from bookings.tests.quote_world import sent_quote
from customers.tests.factories import CustomerFactory
from payments.models import Attention, Invoice, Payment, Refund
from payments.queries.unproven import GRACE, unproven
from payments.services.proofs import prove_totals
from payments.tests.factories import InvoiceFactory, RefundFactory, paid_payment, refunded

pytestmark = pytest.mark.django_db

LATER = GRACE + timedelta(minutes=1)


@pytest.fixture
def payment() -> Payment:
    """10000 paid, 2500 given back."""
    made = paid_payment(tax=0)
    refunded(made, amount=2500)
    return made


def wrong() -> list[tuple[str, int, int]]:
    """Return (what, what we keep, what the ledger has)."""
    found = unproven(now=timezone.now() + LATER)
    return [(each.what, each.kept, each.proven) for each in found]


def paid(payment: Payment) -> None:
    Booking.objects.update(paid=7501)


def late_though_it_stands(payment: Payment) -> None:
    Booking.objects.update(late_money=True)


def late_though_there_is_none(payment: Payment) -> None:
    over = BookingFactory(date=payment.booking.date + timedelta(days=1))
    Booking.objects.filter(pk=over.pk).update(status="expired", seat=None, late_money=True)


def invoice(payment: Payment) -> None:
    InvoiceFactory(booking=payment.booking, amount=45000)


def refund_that_is_not_booked(payment: Payment) -> None:
    RefundFactory(payment=payment, amount=300, status="succeeded")


def refund_that_is_booked_and_failed(payment: Payment) -> None:
    Refund.objects.update(status="failed")


def refunds_of_more_than_was_paid(payment: Payment) -> None:
    RefundFactory(payment=payment, amount=7501)


def success_that_is_not_booked(payment: Payment) -> None:
    Payment.objects.bulk_create(
        [
            Payment(
                booking=payment.booking,
                customer=payment.customer,
                method="cash",
                surface="manual",
                payment_type="balance",
                amount=700,
                status="succeeded",
                succeeded_at=timezone.now(),
            )
        ]
    )


def charge_of_a_payment_that_failed(payment: Payment) -> None:
    Payment.objects.update(status="failed", succeeded_at=None)


def quote_of_somebody_else(payment: Payment) -> None:
    sent_quote(customer=CustomerFactory())
    Quote.objects.update(status="accepted", booking=payment.booking)


FAULTS: dict[Callable[[Payment], None], tuple[str, int, int]] = {
    paid: ("paid", 7501, 7500),
    late_though_it_stands: ("late_money", 7500, 0),
    late_though_there_is_none: ("late_money", 0, 0),
    invoice: ("invoice", 45000, 47500),
    refund_that_is_not_booked: ("refunds", 2800, 2500),
    refund_that_is_booked_and_failed: ("refunds", 0, 2500),
    refunds_of_more_than_was_paid: ("refunded_too_much", 10001, 10000),
    success_that_is_not_booked: ("charged", 700, 0),
    charge_of_a_payment_that_failed: ("charged", 0, 10000),
    quote_of_somebody_else: ("quote", 55000, 55000),
}


def test_what_the_services_have_written_is_proven(payment):
    InvoiceFactory(booking=payment.booking, amount=47500)
    RefundFactory(payment=payment, amount=7500)
    BookingFactory(date=payment.booking.date + timedelta(days=1))

    assert wrong() == []
    assert prove_totals(now=timezone.now() + LATER) == 0


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_each_fault_is_found_by_itself(payment, plant):
    plant(payment)

    assert wrong() == [FAULTS[plant]]


def test_what_is_under_way_is_not_called_wrong(payment):
    InvoiceFactory(booking=payment.booking, amount=1)
    success_that_is_not_booked(payment)

    assert unproven(now=timezone.now()) == []
    assert [what for what, *_ in wrong()] == ["charged", "invoice"]


def test_it_is_one_query_for_all_bookings(payment):
    with CaptureQueriesContext(connection) as captured:
        wrong()
    assert len(captured) == 1


def test_it_asks_a_person_once_about_the_same_figures_and_again_about_others(payment):
    now = timezone.now() + LATER
    paid(payment)
    assert [prove_totals(now=now + timedelta(days=day)) for day in range(3)] == [1, 1, 1]
    booking = payment.booking
    asked = Attention.objects.get()
    assert (asked.kind, asked.booking_id, asked.opened_at) == ("unproven", booking.pk, now)
    assert asked.facts == {
        "booking_id": str(booking.pk),
        "reference": booking.reference,
        "what": "paid",
        "kept": 7501,
        "proven": 7500,
    }

    Booking.objects.update(paid=7502)
    prove_totals(now=now)

    assert Attention.objects.count() == 2


def test_what_is_proven_again_is_closed(payment):
    now = timezone.now() + LATER
    paid(payment)
    prove_totals(now=now)

    Booking.objects.update(paid=7500)
    prove_totals(now=now + timedelta(days=1))

    closed = Attention.objects.get()
    assert (closed.decision, closed.closed_by, closed.closed_at) == (
        "proven",
        None,
        now + timedelta(days=1),
    )


def test_an_invoice_that_is_closed_or_being_sent_needs_no_proof(payment):
    InvoiceFactory(booking=payment.booking, amount=1, status="void")
    InvoiceFactory(booking=payment.booking, amount=1, awaiting_stripe=True)

    assert Invoice.objects.count() == 2
    assert wrong() == []
