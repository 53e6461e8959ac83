"""Lists cost the same however long they are, and are searched by what people have in hand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import ContactFactory
from payments import mirror
from payments.models import LedgerEntry, Payment
from payments.queries.ledger import refundable
from payments.queries.refund_totals import with_refund_totals
from payments.tests.admin.events import inbox_event
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    RefundFactory,
    paid_payment,
    refunded,
)

pytestmark = pytest.mark.django_db


def make_rows(count: int) -> None:
    for number in range(count):
        payment = paid_payment()
        refunded(payment, amount=1000)
        DisputeFactory(payment=payment)
        InvoiceFactory()
        event = inbox_event()
        product = {
            "id": f"prod_{Payment.objects.count()}_{number}",
            "object": "product",
            "name": "Salmon",
            "active": True,
            "created": 1,
            "livemode": False,
            "metadata": {},
            "type": "service",
        }
        mirror.apply(product, event_id=event.stripe_event_id, as_of=timezone.now())


def queries_of(browser, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "table",
    [
        "payments_payment",
        "payments_refund",
        "payments_dispute",
        "payments_invoice",
        "payments_ledgerentry",
        "payments_webhookevent",
        "djstripe_product",
    ],
)
def test_a_list_of_twenty_takes_as_many_queries_as_one_of_two(admin, table):
    address = reverse(f"admin:{table}_changelist")
    make_rows(2)
    admin.get(address)
    for_two = queries_of(admin, address)
    make_rows(18)
    assert queries_of(admin, address) == for_two


def test_a_booking_page_takes_as_many_queries_for_twenty_payments_as_for_two(admin):
    booking = BookingFactory()
    address = reverse("admin:bookings_booking_change", args=[booking.pk])
    for count in (2, 18):
        for _ in range(count):
            paid_payment(booking=booking, amount=100)
        admin.get(address)
        queries = queries_of(admin, address)
    few = BookingFactory()
    paid_payment(booking=few)
    assert queries == queries_of(admin, reverse("admin:bookings_booking_change", args=[few.pk]))


def test_the_lists_count_as_the_ledger_does():
    payment = paid_payment(amount=10000)
    refunded(payment, amount=2500)
    RefundFactory(payment=payment, amount=1500)
    RefundFactory(payment=payment, amount=9000, status="failed")
    LedgerEntry.objects.create(
        booking=payment.booking,
        payment=payment,
        kind="dispute_withdrawn",
        amount=-4000,
        cause="dispute:txn_1",
        occurred_at=timezone.now(),
    )
    counted = with_refund_totals(Payment.objects.all()).get()
    assert (counted.refunded, counted.refunding, counted.left) == (2500, 1500, 2000)
    assert counted.left == refundable(payment)


@pytest.fixture
def ada():
    """Ada's payment; somebody else's is beside it."""
    paid_payment(amount=7700)
    customer = ContactFactory(
        name="Ada Lovelace", email="ada@example.com", phone="+1 (555) 010-0199",
        stripe_customer_id="cus_ada",
    )  # fmt: skip
    payment = paid_payment(booking=BookingFactory(customer=customer), amount=123400)
    refunded(payment, amount=5005)
    DisputeFactory(payment=payment)
    return payment


@pytest.mark.parametrize("table", ["payment", "refund", "dispute", "ledgerentry"])
def test_a_payment_and_what_came_of_it_are_found_by_our_own_ids(admin, ada, table):
    address = reverse(f"admin:payments_{table}_changelist")
    for own_id in (ada.pk, ada.booking_id):
        shown = admin.get(address, {"q": str(own_id)}).context["cl"].result_list
        assert {getattr(row, "payment", row) for row in shown} == {ada}


def test_a_payment_with_two_refunds_is_found_once(admin, ada):
    refunded(ada, amount=100)
    answer = admin.get(
        reverse("admin:payments_payment_changelist"), {"q": ada.stripe_payment_intent_id}
    )
    assert list(answer.context["cl"].result_list) == [ada]


def test_the_audit_log_of_a_payment_is_one_click_away(admin, ada):
    page = admin.get(reverse("admin:payments_payment_change", args=[ada.pk])).content.decode()
    link = reverse("admin:payments_payment_history", args=[ada.pk])
    assert f'href="{link}"' in page
    [row] = admin.get(link).context["rows"]
    assert row["entry"].action == "payment.status"


def test_a_list_narrows_by_status_method_and_type(admin):
    PaymentFactory(status="failed")
    paid_payment()
    address = reverse("admin:payments_payment_changelist")
    query = {"status__exact": "failed", "method__exact": "stripe", "payment_type__exact": "deposit"}
    rows = admin.get(address, query).context["cl"].result_list
    assert [row.status for row in rows] == ["failed"]
