"""Lists as CSV: what the list shows, all of it, for those who may."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.models import AuditEntry
from payments.models import Payment, Refund
from payments.tests.admin.list_rows import LISTS, address, make_one
from payments.tests.factories import PaymentFactory, RefundFactory, paid_payment, refunded

pytestmark = pytest.mark.django_db

EXPORTED = [table for table in LISTS if table != "payments_webhookevent"]


def export_of(table: str) -> str:
    return reverse(f"admin:{table}_export_list")


def read(browser: Any, table: str, **query: str) -> list[dict[str, str]]:
    """Return the file's rows."""
    answer = browser.get(export_of(table), query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def iso(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def test_payments_are_exported_in_dollars_and_local_time(admin):
    ana = ContactFactory(name='=HYPERLINK("x")', email="ana@myhibachi.test")
    booking = BookingFactory(customer=ana, reference="H-3XP7GTK")
    payment = paid_payment(booking=booking, amount=123456)
    refunded(payment, amount=456)
    Payment.objects.filter(pk=payment.pk).update(note="+1, call")
    payment.refresh_from_db()

    assert read(admin, "payments_payment") == [
        {
            "id": str(payment.pk),
            "created_at": iso(payment.created_at),
            "succeeded_at": iso(payment.succeeded_at),
            "booking.reference": "H-3XP7GTK",
            "customer.name": '\'=HYPERLINK("x")',
            "customer.email": "ana@myhibachi.test",
            "status": "succeeded",
            "payment_type": "deposit",
            "method": "stripe",
            "surface": "checkout",
            "amount": "1234.56",
            "tax": "0.00",
            "refunded": "4.56",
            "refunding": "0.00",
            "left": "1230.00",
            "currency": "usd",
            "failure_code": "",
            "note": "'+1, call",
            "stripe_payment_intent_id": payment.stripe_payment_intent_id,
            "stripe_charge_id": payment.stripe_charge_id,
            "stripe_checkout_session_id": "",
        }
    ]


def test_the_file_has_the_lists_search_filters_and_order_and_all_its_pages(admin, monkeypatch):
    monkeypatch.setattr("payments.admin.payment.PaymentAdmin.list_per_page", 2)
    for cents in (300, 100, 500, 200, 900):
        PaymentFactory(amount=cents, method="zelle")
    PaymentFactory(amount=400)

    asked = {"method__exact": "zelle", "amount_to": "5", "o": "1", "q": "myhibachi.test"}
    assert [row["amount"] for row in read(admin, "payments_payment", **asked)] == [
        "1.00", "2.00", "3.00", "5.00",
    ]  # fmt: skip


def test_money_that_went_out_is_a_negative_number(admin):
    refunded(paid_payment(), amount=1050)

    found = read(admin, "payments_ledgerentry", kind__exact="refund")
    assert [row["amount"] for row in found] == ["-10.50"]


def test_a_customer_is_exported_with_what_they_are_worth(admin):
    paid_payment(booking=BookingFactory(customer=ContactFactory(name="Ana"), status="confirmed"))
    ana = Customer.objects.get(name="Ana")

    assert read(admin, "customers_customer", q="ana") == [
        {
            "id": str(ana.pk),
            "name": "Ana",
            "email": ana.email,
            "phone": "",
            "created_at": iso(ana.created_at),
            "stripe_customer_id": "",
            "lifetime_value": "100.00",
            "currency": "usd",
            "money.tier": "none",
            "money.bookings": "1",
        }
    ]


def test_a_booking_is_exported_without_html(admin):
    booking = BookingFactory(status="confirmed")
    Booking.objects.filter(pk=booking.pk).update(paid=booking.total - 1)

    [row] = read(admin, "bookings_booking")
    shown = ("reference", "status", "date", "time", "starts_at", "guests", "balance", "currency")
    assert {name: row[name] for name in shown} == {
        "reference": booking.reference,
        "status": "confirmed",
        "date": booking.date.isoformat(),
        "time": f"{booking.time:%H:%M}",
        "starts_at": iso(booking.starts_at),
        "guests": "8",
        "balance": "0.01",
        "currency": "usd",
    }


@pytest.mark.parametrize("table", EXPORTED)
def test_every_list_is_exported(admin, table):
    make_one()

    assert read(admin, table)
    assert f'href="{export_of(table)}?' in admin.get(address(table)).content.decode()


@pytest.mark.parametrize(("role", "status"), [("support", 403), ("manager", 403), ("finance", 200)])
def test_finance_may_export_and_who_may_not_is_offered_nothing(staff, role, status):
    browser = staff(role)

    answers = [browser.get(export_of(table)).status_code for table in EXPORTED]
    assert answers == [status] * len(EXPORTED)
    offered = "Export CSV" in browser.get(address("payments_payment")).content.decode()
    assert offered == (status == 200)


def test_nobody_exports_without_logging_in(client):
    assert client.get(export_of("payments_payment")).status_code == 302


def test_who_exported_what_is_in_the_audit_log_but_not_whom_they_looked_for(client):
    finance = UserFactory(role="finance")
    client.force_login(finance)
    RefundFactory()

    read(client, "payments_refund", status__exact="pending", q="myhibachi.test")

    entry = AuditEntry.objects.get(action="list.exported")
    assert (entry.actor, entry.changes) == (
        finance,
        {
            "list": "payments.refund",
            "filters": {"status__exact": ["pending"]},
            "searched": True,
            "rows": 1,
        },
    )


def test_of_a_long_list_the_log_says_how_far_it_was_counted(client, monkeypatch):
    monkeypatch.setattr("myhibachi.core.admin.paginator.CappedPaginator.CAP", 2)
    client.force_login(UserFactory(role="finance"))
    for _ in range(3):
        RefundFactory()

    assert len(read(client, "payments_refund")) == Refund.objects.count() == 3
    assert AuditEntry.objects.get(action="list.exported").changes["rows"] == "2 or more"


@pytest.mark.parametrize("query", [{"o": "x"}, {"amount_from": "x"}, {"p": "99"}])
def test_an_address_that_makes_no_sense_exports_no_error(admin, query):
    PaymentFactory()

    assert admin.get(export_of("payments_payment"), query).status_code in (200, 302)


def test_a_filter_that_nobody_offers_leads_back_to_the_list(admin):
    answer = admin.get(export_of("payments_payment"), {"nothing__like__this": "1"})

    assert (answer.status_code, answer["Location"]) == (302, f"{address('payments_payment')}?e=1")


def test_a_file_takes_as_many_queries_for_many_rows_as_for_one(admin):
    def count() -> dict[str, int]:
        counts = {}
        for table in EXPORTED:
            with CaptureQueriesContext(connection) as found:
                assert read(admin, table)
            counts[table] = len(found)
        return counts

    make_one()
    count()
    for_one = count()
    for number in range(1, 20):
        make_one(number)

    assert count() == for_one
