"""Filters of the lists: by a range of days or of money, and by what became of a row."""

import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import ContactFactory, CustomerFactory
from payments.models import Invoice, Payment
from payments.tests.admin.list_rows import LISTS, address, rows
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    paid_payment,
    refunded,
)

pytestmark = pytest.mark.django_db

PAYMENTS = "payments_payment"


def at_venue(text: str) -> dt.datetime:
    return timezone.make_aware(dt.datetime.fromisoformat(text))


def paid_at(text: str, **fields) -> Payment:
    payment = PaymentFactory(**fields)
    Payment.objects.filter(pk=payment.pk).update(created_at=at_venue(text))
    return payment


def test_payments_are_narrowed_to_days_at_the_venue(admin):
    paid_at("2026-05-31 23:59:59")
    first, last = paid_at("2026-06-01 00:00:00"), paid_at("2026-06-02 23:59:59")
    paid_at("2026-06-03 00:00:00")

    asked = {"created_at_from": "2026-06-01", "created_at_to": "2026-06-02"}
    assert rows(admin, PAYMENTS, **asked) == [last, first]


def test_payments_are_narrowed_to_amounts(admin):
    PaymentFactory(amount=1999)
    least, most = PaymentFactory(amount=2000), PaymentFactory(amount=123450)
    PaymentFactory(amount=123451)

    asked = {"amount_from": "20", "amount_to": "$1,234.50"}
    assert set(rows(admin, PAYMENTS, **asked)) == {least, most}


def test_filters_add_up_and_keep_each_other(admin):
    wanted = PaymentFactory(amount=5000, method="zelle")
    PaymentFactory(amount=5000, method="cash")
    PaymentFactory(amount=9000, method="zelle")

    asked = {"method__exact": "zelle", "amount_to": "60", "q": "contact", "o": "2"}
    ana = ContactFactory(name="Ana Contact")
    Booking.objects.filter(pk=wanted.booking_id).update(customer=ana, contact_name=ana.name)
    assert rows(admin, PAYMENTS, **asked) == [wanted]
    page = admin.get(address(PAYMENTS), asked).content.decode()
    form = page.split('aria-label="By created at"')[1].split("</form>")[0]
    kept = set(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
    assert kept == set(asked.items())


def active(answer) -> list[tuple[str, str]]:
    found = answer.content.decode().split('aria-label="Active filters"')[1].split("</ul>")[0]
    said = re.findall(r"<li>([^:<]*): <strong>([^<]*)</strong>", found)
    return [(title, html.unescape(text)) for title, text in said]


def test_a_list_says_which_filters_are_on_and_leads_to_it_without_each(admin):
    asked = {"status__exact": "failed", "created_at": "month", "note__startswith": "x"}
    answer = admin.get(address(PAYMENTS), asked)

    assert active(answer) == [
        ("Status", "Failed"),
        ("Created at", "This month"),
        ("note  startswith", "x"),
    ]
    links = re.findall(r'<a href="([^"]*)" aria-label="Clear', answer.content.decode())
    assert [html.unescape(link) for link in links] == [
        "?created_at=month&note__startswith=x",
        "?note__startswith=x&status__exact=failed",
        "?created_at=month&status__exact=failed",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"amount_from": "abc"}, "“abc” is no amount. Write dollars: 125 or 1,250.50."),
        ({"created_at_to": "soon"}, "“soon” is no date. Write it as 2026-01-31."),
        ({"created_at": "someday"}, "“someday” is none of these."),
        ({"amount_from": "5", "amount_to": "3"}, "$5.00 is beyond $3.00."),
        ({"amount_from": "<script>"}, "“<script>” is no amount. Write dollars: 125 or 1,250.50."),
    ],
)
def test_what_makes_no_sense_filters_nothing_and_says_so(admin, asked, said):
    payment = PaymentFactory()

    answer = admin.get(address(PAYMENTS), asked)
    assert list(answer.context["cl"].result_list) == [payment]
    assert active(answer)[0][1] == said
    assert html.escape(said) in answer.content.decode().split('class="range-error"')[1]


def test_payments_by_what_went_back(admin):
    plain, given_back, disputed = paid_payment(), paid_payment(), paid_payment()
    refunded(given_back, amount=100)
    DisputeFactory(payment=disputed)

    assert {
        choice: rows(admin, PAYMENTS, back=choice) for choice in ("refunded", "disputed", "no")
    } == {"refunded": [given_back], "disputed": [disputed], "no": [plain]}


def test_refunds_by_the_method_of_their_payment(admin):
    by_card = refunded(paid_payment(), amount=100)

    assert rows(admin, "payments_refund", payment__method__exact="stripe") == [by_card]
    assert rows(admin, "payments_refund", payment__method__exact="zelle") == []


def test_bookings_of_some_days(admin):
    today = timezone.localdate()
    near = BookingFactory(status="confirmed", date=today + dt.timedelta(3))
    later = BookingFactory(status="confirmed", date=today + dt.timedelta(8))
    BookingFactory(status="pending", date=today - dt.timedelta(1))

    assert rows(admin, "bookings_booking", when="week") == [near]
    assert rows(admin, "bookings_booking", when_from=str(later.date)) == [later]
    assert set(rows(admin, "bookings_booking", when="upcoming")) == {near, later}


def test_invoices_by_when_they_are_due(admin):
    due = InvoiceFactory()
    Invoice.objects.filter(pk=due.pk).update(due_at=timezone.now())
    InvoiceFactory()

    assert rows(admin, "payments_invoice", due_at="today") == [due]


def test_customers_with_and_without_an_account(admin):
    ana, ben = CustomerFactory(), ContactFactory()

    assert rows(admin, "customers_customer", account="yes") == [ana]
    assert rows(admin, "customers_customer", account="no") == [ben]


def test_a_link_from_before_still_works(admin):
    _old, new = paid_at("2026-05-31 12:00:00"), paid_at("2026-06-02 12:00:00")

    asked = {"created_at__gte": "2026-06-01 00:00:00-07:00"}
    assert rows(admin, PAYMENTS, **asked) == [new]


@pytest.mark.parametrize("table", LISTS)
def test_an_empty_list_says_so_kindly(admin, table):
    assert "Nothing found." in admin.get(address(table), {"q": "nobody"}).content.decode()
