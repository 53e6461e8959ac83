"""Recording Zelle, Venmo, cash and checks in the admin: the form, the question, the books."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from payments.models import Payment
from payments.tests import stripe_world as stripe
from payments.tests.admin.test_cancel_page import change_page, words
from payments.tests.services.test_payments import start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory()
    return made


@pytest.fixture
def support(staff):
    return staff("support")


def address(booking: Booking) -> str:
    return reverse("admin:bookings_booking_record_payment", args=[booking.pk])


def typed(browser, booking: Booking, **over: str) -> dict[str, str]:
    """Return what the form sends when it is opened and something is typed over."""
    form = browser.get(address(booking)).context["form"]
    local = timezone.localtime(form.initial["received_at"])
    sent = {
        field.html_name: str(field.value() or "") for field in form if field.name != "received_at"
    }
    sent |= {"method": "zelle", "received_at_0": f"{local:%Y-%m-%d}"}
    return sent | {"received_at_1": f"{local:%H:%M}"} | over


def confirm(browser, booking: Booking, form: dict[str, str]):
    return browser.post(address(booking), form | {"confirmed": "yes"}, follow=True)


def test_what_is_due_is_offered_asked_about_and_recorded(support, booking):
    assert address(booking) in support.get(change_page(booking)).content.decode()
    form = typed(support, booking, reference="abc123", note="Her sister paid.")
    assert form["amount"] == "100.00"

    question = support.post(address(booking), form)
    asked = f"Was $100.00 by Zelle received for booking {booking.reference}?"
    assert asked in words(question)
    assert Payment.objects.count() == 0

    done = confirm(support, booking, form)

    assert "$100.00 by Zelle recorded as deposit." in words(done)
    payment = Payment.objects.get()
    assert (str(payment.pk), payment.amount, payment.payment_type, payment.note) == (
        form["payment_id"], 10000, "deposit", "abc123; Her sister paid.",
    )  # fmt: skip
    assert stripe.ledger_of(payment) == [("charge", 10000)]
    booking.refresh_from_db()
    assert (booking.status, booking.paid) == ("confirmed", 10000)
    assert typed(support, booking)["amount"] == "450.00"


def test_the_same_form_sent_twice_records_once(support, booking):
    form = typed(support, booking, amount="30.00")
    for _ in range(2):
        assert "$30.00 by Zelle recorded" in words(confirm(support, booking, form))
    assert Payment.objects.count() == 1


def test_more_than_is_owed_is_told_at_its_field_and_may_be_a_gratuity(support, booking):
    refused = support.post(address(booking), typed(support, booking, amount="550.01"))
    assert refused.context["form"].errors == {
        "amount": ["This booking owes $550.00. Record the rest as a gratuity."]
    }
    form = typed(support, booking, amount="550.01", payment_type="gratuity")
    assert "recorded as gratuity" in words(confirm(support, booking, form))
    booking.refresh_from_db()
    assert booking.paid == 0


def test_a_time_to_come_is_told_at_its_field(support, booking):
    tomorrow = timezone.localdate() + timedelta(days=2)
    form = typed(support, booking, received_at_0=tomorrow.isoformat())
    answer = support.post(address(booking), form)
    assert answer.context["form"].errors == {"received_at": ["This time has not come yet."]}


def test_an_open_card_payment_is_closed_first(support, booking):
    payment = start(booking).payment
    confirm(support, booking, typed(support, booking))
    payment.refresh_from_db()
    assert payment.status == "canceled"


def test_money_for_a_canceled_booking_is_kept_and_flagged(support):
    booking = BookingFactory(status="canceled", seat=None)
    form = typed(support, booking, amount="100.00")
    assert "This booking is canceled: the money is kept" in words(
        support.post(address(booking), form)
    )
    confirm(support, booking, form)
    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.late_money) == ("canceled", 10000, True)


def test_customers_record_nothing(client, booking):
    assert client.get(address(booking)).status_code == 302
