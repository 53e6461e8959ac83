"""Canceling in the admin, end to end: what goes back and why, the question, Stripe's answer."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from myhibachi.core.models import AuditEntry
from payments.tests.services.parties import made_at_stripe, pay, pay_by_hand, refunds_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

HOUR = timedelta(hours=1)


@pytest.fixture
def booking(db) -> Booking:
    """Paid by card and by Zelle, 10000 and 45000."""
    made: Booking = BookingFactory()
    pay(made)
    pay_by_hand(made, amount=45000)
    return made


@pytest.fixture
def manager(staff):
    return staff("manager")


def address(booking: Booking) -> str:
    return reverse("admin:bookings_booking_cancel", args=[booking.pk])


def change_page(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def fields(answer, **typed: str) -> dict[str, str]:
    """Return what the page's form sends, with something typed over."""
    form = answer.context["form"]
    return {field.html_name: str(field.value() or "") for field in form} | typed


def confirm(browser, booking: Booking, **typed: str):
    """Fill the form in, look at the question, and say yes."""
    typed = {"reason": "We moved."} | typed
    asked = browser.post(address(booking), fields(browser.get(address(booking)), **typed))
    yes = fields(asked) | {"confirmed": "yes"}
    return browser.post(address(booking), yes, follow=True)


def words(answer) -> str:
    body = re.sub(r"<(head|style|script)>.*?</\1>", "", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_it_shows_what_goes_back_asks_and_cancels(manager, booking):
    assert address(booking) in manager.get(change_page(booking)).content.decode()
    page = manager.get(address(booking))
    assert "7 days or more before the party: all of it back." in words(page)
    assert "Balance, Zelle to be paid back by hand $450.00 $450.00" in words(page)
    assert "Deposit, card $100.00 $100.00" in words(page)

    asked = manager.post(address(booking), fields(page, reason="We moved."))
    assert f"Cancel booking {booking.reference} and refund $550.00?" in words(asked)
    assert refunds_of(booking) == []

    done = manager.post(address(booking), fields(asked) | {"confirmed": "yes"}, follow=True)

    assert f"Booking {booking.reference} is canceled." in words(done)
    assert "$450.00 came by Zelle: pay it back, and note that on the refund ." in words(done)
    assert "$100.00 refunded." in words(done)
    assert refunds_of(booking) == [("zelle", 45000, "pending"), ("stripe", 10000, "succeeded")]
    assert address(booking) not in manager.get(change_page(booking)).content.decode()


def test_the_same_question_answered_twice_cancels_once(manager, booking):
    asked = manager.post(address(booking), fields(manager.get(address(booking)), reason="Rain."))
    yes = fields(asked) | {"confirmed": "yes"}
    said = [words(manager.post(address(booking), yes, follow=True)) for _ in range(2)]
    assert all("is canceled." in page for page in said)
    assert made_at_stripe() == [10000]


def test_a_reason_is_asked_for(manager, booking):
    answer = manager.post(address(booking), fields(manager.get(address(booking))))
    assert answer.context["form"].errors == {"reason": ["This field is required."]}


def test_another_refund_stands_beside_the_policys(manager, booking):
    page = manager.get(address(booking))
    asked = manager.post(address(booking), fields(page, reason="Ill.", refund_amount="200.00"))
    assert "That is $550.00; you chose $200.00." in words(asked)
    manager.post(address(booking), fields(asked) | {"confirmed": "yes"})

    entry = AuditEntry.objects.get(action="booking.canceled")
    assert (entry.note, entry.changes["refund_total"], entry.changes["policy_refund"]) == (
        "Ill.", 20000, 55000,
    )  # fmt: skip
    assert refunds_of(booking) == [("zelle", 20000, "pending")]


def test_more_than_there_is_is_refused_beside_its_field(manager, booking):
    page = manager.get(address(booking))
    answer = manager.post(address(booking), fields(page, reason="Ill.", refund_amount="550.01"))
    assert answer.context["form"].errors == {"refund_amount": ["At most $550.00 can go back."]}


def test_what_changed_since_the_question_is_shown_and_asked_again(manager, booking):
    page = manager.get(address(booking))
    asked = manager.post(address(booking), fields(page, reason="Rain."))
    pay(booking, payment_type="gratuity", amount=2000)

    answer = manager.post(address(booking), fields(asked) | {"confirmed": "yes"})

    assert answer.context["form"].non_field_errors() == ["$570.00 goes back now."]
    assert refunds_of(booking) == []
    assert "is canceled." in words(confirm(manager, booking))


def test_changing_ones_mind_shows_the_form_again(manager, booking):
    page = manager.get(address(booking))
    answer = manager.post(address(booking), fields(page, reason="Rain.") | {"edit": "Change"})
    assert answer.context["asks"] is False
    assert answer.context["form"]["reason"].value() == "Rain."


def test_what_is_over_leads_back_with_the_reason(manager):
    booking = BookingFactory(status="expired")
    answer = manager.get(address(booking), follow=True)
    assert "This booking is expired: it can't be canceled." in words(answer)


def test_support_cancels_nothing(staff, booking):
    support = staff("support")
    assert support.get(address(booking)).status_code == 403
    assert support.post(address(booking), {"confirmed": "yes"}).status_code == 403
    assert address(booking) not in support.get(change_page(booking)).content.decode()
