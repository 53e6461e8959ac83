"""The page where whoever has a booking's link sees it and pays."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.links import link, token
from bookings.models import Booking, Quote
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Invoice, Payment
from payments.services.invoices import create_balance_invoice
from payments.tests import stripe_world as stripe
from payments.tests.factories import PaymentFactory, paid_payment
from payments.tests.services.parties import pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def address(booking: Booking) -> str:
    return reverse("pay-booking", args=[token(booking)])


def words(answer) -> str:
    body = re.sub(r"<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def button(answer) -> str | None:
    found = re.search(r"<button[^>]*>([^<]+)</button>", answer.content.decode())
    return found[1] if found else None


def test_a_held_slot_shows_until_when_and_asks_for_the_deposit(client):
    booking = BookingFactory(location="9 Oak Ave, San Jose, CA 95112", zip_code="95112")
    answer = client.get(address(booking))
    said = words(answer)
    assert answer.status_code == 200
    assert "Your slot is held for you" in said
    assert f"Booking {booking.reference}" in said
    assert "Near San Jose, CA 95112" in said
    assert "Total $550.00 Paid $0.00 Still to pay $550.00" in said
    assert button(answer) == "Pay deposit $100.00"


def test_after_the_deposit_it_asks_for_the_balance_and_names_the_memo(client):
    booking = paid_payment().booking
    answer = client.get(address(booking))
    assert "Your party is booked" in words(answer)
    assert f"Please write {booking.reference} in the memo" in words(answer)
    assert button(answer) == "Pay balance $450.00"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("expired", "This slot is no longer held"),
        ("canceled", "This booking was canceled"),
        ("no_show", "This party did not take place"),
    ],
)
def test_what_takes_no_payment_says_so_and_has_no_button(client, status, said):
    answer = client.get(address(BookingFactory(status=status)))
    assert said in words(answer)
    assert button(answer) is None
    assert "Your bill" not in words(answer)


def test_a_fully_paid_booking_owes_nothing(client):
    booking = paid_payment(amount=55000, payment_type="full").booking
    answer = client.get(address(booking))
    assert "Everything is paid. See you on" in words(answer)
    assert button(answer) is None


def test_money_that_came_too_late_is_safe(client):
    booking = paid_payment(booking=BookingFactory(status="expired")).booking
    said = words(client.get(address(booking)))
    assert "We have received $100.00 from you. Your money is safe" in said
    assert "Nothing is owed" not in said


def test_no_name_address_or_contact_is_shown(client):
    booking = BookingFactory(contact_phone="510-555-0100", notes="gate code 1234", allergies="nuts")
    page = client.get(address(booking)).content.decode()
    known = [
        booking.contact_name,
        booking.contact_email,
        booking.contact_phone,
        booking.location,
        booking.notes,
        booking.allergies,
        str(booking.pk),
    ]
    assert [word for word in known if word in page] == []


def test_the_button_leads_to_stripes_page_where_the_deposit_is_paid(client):
    booking = BookingFactory()
    answer = client.post(address(booking))
    assert answer.status_code == 302
    session_id = answer["Location"].rpartition("/")[2]
    session = stripe.call("GET", f"checkout/sessions/{session_id}")
    assert (session["amount_total"], session["client_reference_id"]) == (10000, booking.reference)
    payment = Payment.objects.get()
    assert (payment.stripe_checkout_session_id, payment.payment_type) == (session_id, "deposit")


def test_a_double_click_leads_to_the_same_page(client):
    booking = BookingFactory()

    def press(_: int) -> str:
        location = Client().post(address(booking))["Location"]
        connection.close()
        return location

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(press, range(2))
    assert first == second == client.post(address(booking))["Location"]
    assert Payment.objects.count() == 1


def test_pressing_after_it_was_paid_shows_the_page_as_it_is_now(client):
    booking = paid_payment(amount=55000, payment_type="full").booking
    answer = client.post(address(booking))
    assert (answer.status_code, answer["Location"]) == (302, address(booking))


def test_while_stripe_is_away_the_page_says_so_and_the_log_has_no_link(client, sandbox, caplog):
    booking = BookingFactory()
    faults = [{"kind": "reset", "times": 20, "path": "/v1/checkout/sessions"}]
    sandbox.control("POST", "faults", {"api": faults})
    answer = client.post(address(booking), follow=True)
    assert answer.status_code == 200
    assert "Nothing was charged" in words(answer)
    assert button(answer) == "Pay deposit $100.00"
    assert token(booking) not in caplog.text


def test_what_was_paid_a_moment_ago_shows_before_stripe_has_told_us(client):
    booking = BookingFactory()
    session_id = client.post(address(booking))["Location"].rpartition("/")[2]
    stripe.call("POST", f"payment_pages/{session_id}/confirm", payment_method="pm_card_visa")
    answer = client.post(address(booking), follow=True)
    assert "Your party is booked" in words(answer)
    assert button(answer) == "Pay balance $450.00"


def test_while_the_bank_decides_nobody_is_asked_again(client):
    booking = PaymentFactory(status="processing").booking
    answer = client.get(address(booking))
    assert "Your bank is working on a payment of $100.00." in words(answer)
    assert button(answer) is None


def invoiced() -> Invoice:
    """An open invoice of $450.00, all that is owed."""
    booking = BookingFactory()
    pay(booking)
    return create_balance_invoice(
        booking_id=booking.pk,
        days_until_due=7,
        actor=UserFactory(role="finance"),
        now=timezone.now(),
    )


def test_an_invoice_for_what_is_due_is_where_the_button_leads_and_stays_open(client):
    invoice = invoiced()
    answer = client.post(address(invoice.booking))
    assert answer["Location"] == invoice.hosted_invoice_url
    assert Invoice.objects.get().status == "open"
    assert Payment.objects.open().count() == 0


def test_an_invoice_paid_a_moment_ago_shows_before_stripe_has_told_us(client):
    invoice = invoiced()
    path = f"invoices/{invoice.stripe_invoice_id}/pay"
    stripe.call("POST", path, payment_method="pm_card_visa")
    answer = client.post(address(invoice.booking), follow=True)
    assert "Everything is paid" in words(answer)
    assert Invoice.objects.get().status == "paid"


def test_an_invoice_voided_in_the_dashboard_is_no_place_to_pay(client):
    invoice = invoiced()
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/void")
    answer = client.post(address(invoice.booking))
    assert "/c/pay/" in answer["Location"]
    assert Payment.objects.open().get().amount == 45000


def test_the_form_needs_its_csrf_token():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(BookingFactory())).status_code == 403
    assert Payment.objects.count() == 0


def test_a_form_may_lead_to_stripes_page_and_the_address_leaks_nowhere(client, settings):
    answer = client.get(address(BookingFactory()))
    assert f"form-action 'self' {settings.STRIPE.api_base}" in answer["Content-Security-Policy"]
    assert "form-action 'self';" in client.get("/pay/canceled")["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "~", lambda t: t[1:], lambda t: "x"])
def test_a_link_that_is_not_ours_is_a_404(client, change):
    wrong = reverse("pay-booking", args=[change(token(BookingFactory()))])
    assert client.get(wrong).status_code == client.post(wrong).status_code == 404


def test_the_link_of_another_kind_of_thing_with_the_same_id_is_a_404(client):
    booking = BookingFactory()
    of_a_quote = reverse("pay-booking", args=[token(Quote(pk=booking.pk))])
    assert client.get(of_a_quote).status_code == 404


def test_a_link_in_an_email_is_whole(settings):
    booking = BookingFactory()
    assert link("pay-booking", booking) == settings.SITE_URL + address(booking)
