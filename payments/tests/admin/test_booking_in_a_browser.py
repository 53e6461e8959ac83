"""A booking's page on a phone: what is done there all day, without a complaint of the browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Email
from bookings.tests.factories import BookingFactory
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = (360, 780)
WIDTH = "document.documentElement.scrollWidth"


def test_a_party_is_marked_done(page, at, axe_findings, complaints):
    booking = BookingFactory(status="confirmed", starts_at=timezone.now() - timedelta(hours=2))
    paid_payment(booking=booking, amount=booking.total, payment_type="full")
    at(f"/admin/bookings/booking/{booking.pk}/change/", PHONE)
    assert (page.evaluate(WIDTH), axe_findings()) == (PHONE[0], [])
    page.get_by_role("link", name="Mark done…").click()
    page.get_by_role("heading", name="Did the party take place?").wait_for()
    assert axe_findings() == []
    page.get_by_role("button", name="Mark done").click()
    page.get_by_text("is marked as completed.").wait_for()
    booking.refresh_from_db()
    assert (booking.status, complaints) == ("completed", [])


def test_the_link_is_shown_and_sent(page, at, axe_findings, complaints):
    booking = BookingFactory(status="confirmed")
    at(f"/admin/bookings/booking/{booking.pk}/change/", PHONE)
    page.get_by_role("link", name="Send link…").click()
    copied = page.get_by_role("link", name="Copy link")
    assert copied.get_attribute("href") == page.locator("code").inner_text()
    assert (page.evaluate(WIDTH), axe_findings()) == (PHONE[0], [])
    page.get_by_role("button", name="Send by e-mail…").click()
    page.get_by_role("button", name="Send the link").click()
    page.get_by_text("by e-mail.").wait_for()
    assert (Email.objects.get(booking=booking).kind, complaints) == ("balance_due", [])


def test_a_debt_is_given_up(page, at, axe_findings, complaints):
    booking = BookingFactory(status="completed", starts_at=timezone.now() - timedelta(days=2))
    at("/admin/", PHONE)
    page.get_by_role("link", name="Lower the bill…").click()
    page.get_by_label("Take off, in dollars").fill("550")
    page.get_by_label("Reason").fill("He moved away.")
    assert (page.evaluate(WIDTH), axe_findings()) == (PHONE[0], [])
    page.get_by_role("button", name="Continue…").click()
    page.get_by_text("Nothing is owed then").wait_for()
    assert (page.evaluate(WIDTH), axe_findings()) == (PHONE[0], [])
    page.get_by_role("button", name="Lower the bill by $550.00").click()
    page.get_by_text("is $0.00 now.").wait_for()
    booking.refresh_from_db()
    assert (booking.balance, complaints) == (0, [])


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_the_calendar_is_a_list_on_a_phone_and_a_keyboard_gets_along(
    page, at, axe_findings, complaints, view
):
    booking = BookingFactory(status="confirmed", contact_name="Ana Alvarez", guests=8)
    at(f"/admin/bookings/booking/calendar/?view={view}&date={booking.date}", PHONE)
    party = page.get_by_role("link", name="Ana Alvarez")
    assert (page.evaluate(WIDTH), axe_findings()) == (PHONE[0], [])
    assert party.is_visible()
    page.get_by_role("link", name=f"Next {view}").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**date=*")
    page.get_by_role("link", name=f"Previous {view}").press("Enter")
    party.press("Enter")
    page.get_by_role("heading", name=f"Booking {booking.reference}").wait_for()
    assert complaints == []
