"""Sending, voiding and giving up invoices in the admin, end to end."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from myhibachi.core.models import AuditEntry
from payments.models import Invoice, Payment
from payments.services.attempts import Wanted
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.admin.test_cancel_page import fields, words
from payments.tests.factories import InvoiceFactory
from payments.tests.services.parties import pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking(db) -> Booking:
    """A confirmed party that owes $450.00."""
    made: Booking = BookingFactory()
    pay(made)
    return made


@pytest.fixture
def finance(staff):
    return staff("finance")


def sending(booking: Booking) -> str:
    return reverse("admin:bookings_booking_send_invoice", args=[booking.pk])


def booking_page(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def invoice_page(invoice: Invoice) -> str:
    return reverse("admin:payments_invoice_change", args=[invoice.pk])


def ending(invoice: Invoice, word: str) -> str:
    return reverse(f"admin:payments_invoice_{word}", args=[invoice.pk])


def send(finance, booking: Booking) -> Invoice:
    asked = finance.post(sending(booking), fields(finance.get(sending(booking))))
    finance.post(sending(booking), fields(asked) | {"confirmed": "yes"})
    return Invoice.objects.get(status="open")


def test_sent_after_a_question(finance, booking):
    assert sending(booking) in finance.get(booking_page(booking)).content.decode()
    form = finance.get(sending(booking))
    assert "The invoice asks for $450.00" in words(form)
    assert f"It goes to {booking.customer.email}" in words(form)
    assert form.context["form"]["days_until_due"].value() == 7

    asked = finance.post(sending(booking), fields(form, days_until_due="10"))
    due = timezone.localtime() + timedelta(days=10)
    assert f"Send an invoice of $450.00 to {booking.customer.email}?" in words(asked)
    assert f"It is due on {due:%A}, {due:%B} {due.day}, {due.year}." in words(asked)
    assert not Invoice.objects.exists()
    done = finance.post(sending(booking), fields(asked) | {"confirmed": "yes"}, follow=True)

    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.amount, invoice.days_until_due) == ("open", 45000, 10)
    assert f"Invoice {invoice.number} of $450.00 is sent to {booking.customer.email}." in words(
        done
    )
    page = done.content.decode()
    assert invoice.hosted_invoice_url in page
    assert invoice.invoice_pdf in page
    assert invoice_page(invoice) in page


def test_an_open_payment_page_is_said_to_be_closed(finance, booking):
    asked = Wanted(booking_id=booking.pk, user=None, surface=Payment.Surface.CHECKOUT)
    start_payment(asked, now=timezone.now())

    question = finance.post(sending(booking), fields(finance.get(sending(booking))))

    assert "The payment page that the customer has opened is closed." in words(question)


def test_another_sum_by_then_is_shown_and_nothing_sent(finance, booking):
    asked = finance.post(sending(booking), fields(finance.get(sending(booking))))
    Booking.objects.update(total=60000)

    again = finance.post(sending(booking), fields(asked) | {"confirmed": "yes"})

    assert "Another amount is owed by now. Please look again." in words(again)
    assert "The invoice asks for $500.00" in words(again)
    assert not Invoice.objects.exists()


def test_one_that_is_out_already_is_named(finance, booking):
    invoice = send(finance, booking)

    assert f"Invoice {invoice.number} of $450.00" in words(finance.get(sending(booking)))
    assert "no other is sent" in words(finance.get(sending(booking)))
    Booking.objects.update(total=60000)
    assert "the new one takes its place" in words(finance.get(sending(booking)))


def test_where_nothing_is_owed_none_is_offered(finance, booking):
    Booking.objects.update(paid=55000)
    assert sending(booking) not in finance.get(booking_page(booking)).content.decode()
    assert "has been paid" in words(finance.get(sending(booking), follow=True))


def test_voided_after_a_question_with_a_reason(finance, booking):
    invoice = send(finance, booking)
    address = ending(invoice, "void")
    assert address in finance.get(invoice_page(invoice)).content.decode()
    assert finance.post(address, {"reason": ""}).context["form"].errors

    asked = finance.post(address, {"reason": "They pay cash."})
    assert f"Void invoice {invoice.number} of $450.00?" in words(asked)
    assert "“They pay cash.”" in words(asked)
    done = finance.post(address, {"reason": "They pay cash.", "confirmed": "yes"}, follow=True)

    assert f"Invoice {invoice.number} is void." in words(done)
    made = stripe.call("GET", f"invoices/{invoice.stripe_invoice_id}")
    assert (made["status"], Invoice.objects.get().status) == ("void", "void")
    entry = AuditEntry.objects.get(action="invoice.voided")
    assert (entry.note, entry.actor) == ("They pay cash.", done.wsgi_request.user)
    assert address not in finance.get(invoice_page(invoice)).content.decode()
    assert "This invoice is void." in words(finance.get(address, follow=True))


def test_given_up_it_still_takes_money(finance, booking):
    invoice = send(finance, booking)
    address = ending(invoice, "give_up")
    typed = {"reason": "Unreachable.", "confirmed": "yes"}

    done = finance.post(address, typed, follow=True)

    assert f"Invoice {invoice.number} is marked as uncollectible." in words(done)
    invoice.refresh_from_db()
    assert invoice.status == "uncollectible"
    pay_page = f"invoices/{invoice.stripe_invoice_id}/pay"
    stripe.call("POST", pay_page, payment_method="pm_card_visa")
    stripe.deliver()
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_paid_meanwhile_it_is_not_voided(finance, booking):
    invoice = send(finance, booking)
    pay_page = f"invoices/{invoice.stripe_invoice_id}/pay"
    stripe.call("POST", pay_page, payment_method="pm_card_visa")

    answer = finance.post(ending(invoice, "void"), {"reason": "Cash", "confirmed": "yes"})

    assert "This invoice is paid by now." in words(answer)
    assert Invoice.objects.get().status == "paid"


def test_who_may_not_is_not_asked(staff, booking):
    invoice = InvoiceFactory(booking=booking)
    manager = staff("manager")
    for address in (sending(booking), ending(invoice, "void"), ending(invoice, "give_up")):
        assert manager.get(address).status_code == 403
    assert sending(booking) not in manager.get(booking_page(booking)).content.decode()
    assert ending(invoice, "void") not in manager.get(invoice_page(invoice)).content.decode()


def test_the_list_shows_which_are_overdue(finance, booking):
    now = timezone.now()
    late = InvoiceFactory(booking=booking, due_at=now - timedelta(days=1))
    InvoiceFactory(due_at=now + timedelta(days=1))
    InvoiceFactory(status="paid", due_at=now - timedelta(days=1))

    page = finance.get(reverse("admin:payments_invoice_changelist"), {"overdue": "yes"})

    assert [row.pk for row in page.context["cl"].result_list] == [late.pk]
    assert "state--overdue" in page.content.decode()
