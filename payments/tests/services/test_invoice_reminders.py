"""Reminding of overdue invoices: each once, until there is nothing to remind of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Email, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Invoice
from payments.services.invoice_reminders import remind_of_overdue
from payments.services.invoices import create_balance_invoice, mark_uncollectible, void_invoice
from payments.services.stripe_invoices import refresh_invoice
from payments.tests import stripe_world as stripe
from payments.tests.factories import paid_payment
from payments.tests.services.parties import pay_by_hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def invoice(db) -> Invoice:
    """An invoice of $450.00, due in a week."""
    booking = BookingFactory()
    paid_payment(booking=booking)
    return create_balance_invoice(
        booking_id=booking.pk,
        days_until_due=7,
        actor=UserFactory(role="finance"),
        now=timezone.now(),
    )


def remind(invoice: Invoice, after: timedelta) -> int:
    """Come by so long after the invoice was due; return how many reminders have gone out."""
    assert invoice.due_at
    remind_of_overdue(now=invoice.due_at + after)
    return Email.objects.filter(kind="invoice_overdue").count()


def test_an_overdue_invoice_is_reminded_of_every_three_days_each_time_once(invoice: Invoice):
    times = [-MINUTE, MINUTE, MINUTE, 2 * DAY, 3 * DAY, 3 * DAY + MINUTE, 5 * DAY, 6 * DAY]
    assert [remind(invoice, after) for after in times] == [0, 1, 1, 1, 2, 2, 2, 3]

    first = Email.objects.filter(kind="invoice_overdue").order_by("created_at")[0]
    assert first.to == invoice.booking.contact_email
    assert first.subject == f"{invoice.booking.reference}: your invoice is overdue"
    assert invoice.hosted_invoice_url in first.text
    assert invoice.hosted_invoice_url in first.html
    assert "[link:pay-booking]" in first.text
    assert "$450.00" in first.text


def test_after_days_without_beat_one_reminder_goes_out(invoice: Invoice):
    assert remind(invoice, 30 * DAY) == 1


def test_the_booking_s_own_rules_say_how_often(invoice: Invoice):
    snapshot = Booking.objects.get().rules_snapshot | {"invoice_reminder_days": 10}
    Booking.objects.update(rules_snapshot=snapshot)
    assert [remind(invoice, after) for after in (MINUTE, 9 * DAY, 10 * DAY)] == [1, 1, 2]


def paid(invoice: Invoice) -> None:
    path = f"invoices/{invoice.stripe_invoice_id}/pay"
    stripe.call("POST", path, payment_method="pm_card_visa")
    stripe.deliver()
    refresh_invoice(invoice_id=invoice.pk, now=timezone.now())


def paid_by_hand(invoice: Invoice) -> None:
    pay_by_hand(invoice.booking, amount=invoice.amount)


def voided(invoice: Invoice) -> None:
    finance = UserFactory(role="finance")
    void_invoice(invoice_id=invoice.pk, reason="Agreed", actor=finance, now=timezone.now())


def given_up(invoice: Invoice) -> None:
    finance = UserFactory(role="finance")
    mark_uncollectible(invoice_id=invoice.pk, reason="Moved", actor=finance, now=timezone.now())


def canceled(invoice: Invoice) -> None:
    Booking.objects.update(status=Status.CANCELED, seat=None)


def changed(invoice: Invoice) -> None:
    """Another amount is owed: the worker will send another invoice."""
    Booking.objects.update(total=60000)


@pytest.mark.parametrize("end", [paid, paid_by_hand, voided, given_up, canceled, changed])
def test_it_stops_once_the_invoice_is(invoice: Invoice, end: Callable[[Invoice], None]):
    assert remind(invoice, MINUTE) == 1
    end(invoice)
    assert remind(invoice, 3 * DAY) == 1


def test_four_workers_at_once_remind_once(invoice: Invoice):
    def work(_: int) -> None:
        try:
            remind(invoice, MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert Email.objects.filter(kind="invoice_overdue").count() == 1


def test_what_stripe_says_about_it_changes_nothing(invoice: Invoice, sandbox):
    sandbox.control("POST", "jobs")
    stripe.deliver()

    assert len(stripe.events("invoice.overdue")) == 1
    assert stripe.inbox_states() == {"processed", "ignored"}
    invoice.refresh_from_db()
    assert invoice.status == "open"
