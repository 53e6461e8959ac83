"""The top of a booking's page: its figures are the ledger's, and it costs the same always."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Email
from bookings.services.emails import queue_email
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from payments.models import Attention, Payment
from payments.queries.ledger import paid_towards, refundable
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    paid_payment,
    refunded,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def address(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def text_of(client: Any, booking: Booking) -> str:
    html = client.get(address(booking)).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def dollars(cents: int) -> str:
    return f"${cents // 100}.{cents % 100:02}"


def with_money(payments: int) -> Booking:
    """Return a booking whose every payment has a refund, an invoice, a dispute and a question."""
    booking: Booking = BookingFactory(status="confirmed", hold_expires_at=None)
    for _ in range(payments):
        paid = paid_payment(booking=booking, amount=4000, payment_type="balance")
        refunded(paid, amount=1000)
        DisputeFactory(payment=paid, amount=500, status="warning_needs_response")
        InvoiceFactory(booking=booking, status="void")
        PaymentFactory(booking=booking, status="canceled")
        Attention.objects.create(
            booking=booking, payment=paid, kind="dispute", key=f"dispute:{paid.pk}"
        )
        queue_email(Email.Kind.BALANCE_DUE, booking=booking, news=str(paid.pk), now=timezone.now())
        WaitlistEntryFactory(date=booking.date, time=booking.time)
    return booking


def test_its_figures_are_those_of_the_ledger(staff):
    booking = with_money(2)
    tip = paid_payment(booking=booking, amount=3000, payment_type="gratuity")
    refunded(tip, amount=500)
    booking.refresh_from_db()

    shown = text_of(staff("support"), booking)

    paid = paid_towards(booking.pk)
    left = sum(refundable(each) for each in Payment.objects.succeeded().filter(booking=booking))
    assert (paid, left) == (6000, 8500)
    assert (
        f"Total {dollars(booking.total)} Paid {dollars(paid)} Owed {dollars(booking.total - paid)} "
        f"Deposit $100.00 Tips $25.00 Refundable {dollars(left)} At risk $10.00"
    ) in shown


def test_what_a_bank_holds_is_at_risk_and_not_refundable(staff):
    paid = paid_payment()
    DisputeFactory(payment=paid)
    shown = text_of(staff("manager"), paid.booking)
    assert "Refundable $0.00 At risk $100.00" in shown
    assert "Refund…" not in shown


def test_what_does_not_take_place_owes_nothing(staff):
    shown = text_of(staff("support"), BookingFactory(status="canceled"))
    assert "Total $550.00 Paid $0.00 Owed $0.00" in shown


def test_who_when_where_and_what_stand_at_the_top(staff, time_machine):
    time_machine.move_to("2027-06-01T12:00:00-07:00", tick=False)
    booking = BookingFactory(
        date=dt.date(2027, 6, 13),
        time=dt.time(18),
        guests=8,
        location="1 A St, Oakland",
        zip_code="94607",
        contact_phone="(510) 555-0199",
        allergies="Sesame",
        proteins=[{"code": "tofu", "quantity": 4}],
        add_ons=[{"code": "filet_mignon", "quantity": 2}],
        hold_expires_at=timezone.now() + dt.timedelta(minutes=80),
    )
    client = staff("support")
    shown = text_of(client, booking)
    for said in (
        "Sunday, June 13, 2027 in 12 days 6:00 PM – 7:24 PM PDT",
        "Held until Jun 1, 1:20 PM: 1 hour, 20 minutes left",
        "1 A St, Oakland ZIP 94607",
        "Allergies Sesame",
        "4 tofu 12 of 16 not chosen yet, until Sun, Jun 13, 6:00 AM",
        "2 filet mignon",
    ):
        assert said in shown
    html = client.get(address(booking)).content.decode()
    assert '<a href="tel:5105550199">(510) 555-0199</a>' in html
    assert f'<a href="mailto:{booking.contact_email}">' in html
    assert reverse("admin:customers_customer_change", args=[booking.customer_id]) in html


def test_what_waits_for_a_decision_comes_first(staff):
    booking = with_money(1)
    shown = text_of(staff("finance"), booking)
    assert shown.index("Waits for a decision") < shown.index("Refund…") < shown.index("Timeline")
    assert "Waits for a decision" not in text_of(staff("finance"), BookingFactory())


def test_the_page_asks_as_many_queries_for_much_as_for_little(staff):
    client, counts = staff("admin"), []
    # What is looked up once a process is none of a page's queries.
    client.get(address(BookingFactory()))
    for payments in (1, 5):
        booking = with_money(payments)
        with CaptureQueriesContext(connection) as asked:
            client.get(address(booking))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 35
