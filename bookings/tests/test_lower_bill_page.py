"""Lowering a bill in the admin: the form, the question with the bill that comes of it, and done."""

import pytest
from django.urls import reverse

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from bookings.tests.test_reschedule_page import words
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    return BookingFactory(status="completed", paid=10000)


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(role="manager"))
    return client


def address(booking):
    return reverse("admin:bookings_booking_lower_bill", args=[booking.pk])


def fields(page, **typed):
    """Return what the page's form sends, with something typed over."""
    form = page.context["form"]
    return {field.html_name: str(field.value() or "") for field in form} | typed


def asked(browser, booking, **typed):
    """Fill the form in, and return the question with what its form sends."""
    typed = {"amount": "50", "reason": "The chef was late."} | typed
    page = browser.post(address(booking), fields(browser.get(address(booking)), **typed))
    return page, fields(page) | {"confirmed": "yes"}


def total():
    return Booking.objects.get().total


def test_it_shows_the_bill_before_and_after_asks_and_lowers_it(manager, booking):
    page = manager.get(address(booking))
    assert "Total $550.00 Paid $100.00 Owed $450.00" in words(page)
    assert (fields(page)["amount"], fields(page)["reason"]) == ("", "")

    question, sure = asked(manager, booking)

    assert (
        "Total $500.00 before: $550.00 Paid $100.00 Owed $400.00 before: $450.00 "
        f"Take $50.00 off the bill of booking {booking.reference}?"
    ) in words(question)
    assert question.context["explained"] == [
        "It stands on the bill as “Goodwill discount”, and can't be taken back.",
        "The customer is told of the new total by e-mail.",
        "A payment page open for another amount is closed; an invoice is sent anew.",
        "Reason: “The chef was late.”",
    ]
    assert total() == 55000

    done = manager.post(address(booking), sure, follow=True)

    assert f"The bill of {booking.reference} is $500.00 now." in words(done)
    assert "Goodwill discount -$50.00" in words(done)
    assert (total(), AuditEntry.objects.get(action="booking.bill_lowered").note) == (
        50000, "The chef was late.",
    )  # fmt: skip


def test_all_that_is_owed_may_go(manager, booking):
    question, sure = asked(manager, booking, amount="450", reason="He moved away.")
    assert "Nothing is owed then: an open payment page or invoice is closed." in words(question)

    manager.post(address(booking), sure)

    booking.refresh_from_db()
    assert (booking.total, booking.paid, booking.balance) == (10000, 10000, 0)


def test_a_hold_whose_deposit_is_all_paid_then_is_confirmed_and_says_so_before(manager):
    booking = BookingFactory(paid=4000, contact_email="")
    question, sure = asked(manager, booking, amount="510")
    assert question.context["explained"][1:3] == [
        "Nothing is owed then: an open payment page or invoice is closed.",
        "No deposit is missing then: the booking is confirmed by this.",
    ]

    manager.post(address(booking), sure)

    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_double_click_lowers_it_once_and_says_so_twice(manager, booking):
    _, sure = asked(manager, booking)
    said = [words(manager.post(address(booking), sure, follow=True)) for _ in range(2)]
    assert all("is $500.00 now." in page for page in said)
    assert total() == 50000


def test_a_bill_that_changed_meanwhile_is_shown_and_asked_about_again(manager, booking):
    _, sure = asked(manager, booking)
    _, other = asked(manager, booking, amount="20")
    manager.post(address(booking), other)

    answer = manager.post(address(booking), sure)

    form = answer.context["form"]
    assert form.non_field_errors() == ["The bill is $530.00 now."]
    assert (form["amount"].value(), form["reason"].value()) == ("50", "The chef was late.")
    assert total() == 53000
    again = manager.post(address(booking), fields(answer))
    manager.post(address(booking), fields(again) | {"confirmed": "yes"})
    assert total() == 48000


def test_nobody_lowers_it_without_having_seen_the_question(manager, booking):
    typed = fields(manager.get(address(booking)), amount="50", reason="Late.", confirmed="yes")
    assert "Take $50.00 off the bill" in words(manager.post(address(booking), typed))
    assert total() == 55000


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"reason": ""}, {"reason": ["This field is required."]}),
        ({"amount": ""}, {"amount": ["This field is required."]}),
        ({"amount": "0"}, {"amount": ["Ensure this value is greater than or equal to 0.01."]}),
        ({"amount": "1.005"}, {"amount": ["Ensure that there are no more than 2 decimal places."]}),
        (
            {"amount": "450.01"},
            {"amount": ["It would cost less than what has been paid: refund that first."]},
        ),
        ({"amount": "550.01"}, {"amount": ["The discount is more than the bill."]}),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(
    manager, booking, typed, errors
):
    sent = fields(manager.get(address(booking)), **{"amount": "50", "reason": "Late."} | typed)

    answer = manager.post(address(booking), sent)

    assert answer.context["form"].errors == errors
    assert fields(answer) == sent


def test_changing_ones_mind_keeps_what_was_typed(manager, booking):
    _, sure = asked(manager, booking)
    page = manager.post(address(booking), sure | {"edit": "Change"})
    assert fields(page)["reason"] == "The chef was late."
    assert "Continue…" in page.content.decode()


def test_a_booking_that_was_canceled_meanwhile_keeps_its_bill(manager, booking):
    _, sure = asked(manager, booking)
    Booking.objects.update(status="canceled", seat=None)
    answer = manager.post(address(booking), sure)
    assert answer.context["form"].non_field_errors() == [
        "The bill of a canceled booking stays as it is."
    ]
    assert total() == 55000


@pytest.mark.parametrize(
    ("status", "paid"), [("confirmed", 55000), ("confirmed", 60000), ("canceled", 10000)]
)
def test_where_nothing_is_owed_it_leads_back_and_says_so(manager, status, paid):
    booking = BookingFactory(status=status, paid=paid)
    answer = manager.get(address(booking), follow=True)
    assert "Nothing is owed for this booking: its bill stays as it is." in words(answer)
    assert address(booking) not in answer.content.decode()
