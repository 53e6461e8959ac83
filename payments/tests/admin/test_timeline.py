"""A booking's own page tells its story: what moved, who and why."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from payments.models import Refund
from payments.tests.factories import DisputeFactory, paid_payment, refunded

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    """10000 by card, 2500 of it given back; a tip of 3000, which its bank asks about."""
    at = timezone.now()
    card = paid_payment(at=at)
    refunded(card, amount=2500, at=at, notes="Rain.")
    tip = paid_payment(booking=card.booking, payment_type="gratuity", amount=3000, at=at)
    DisputeFactory(payment=tip, status="warning_needs_response")
    found: Booking = card.booking
    return found


def page(browser, booking: Booking) -> str:
    address = reverse("admin:bookings_booking_change", args=[booking.pk])
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def movements(html: str) -> list[str]:
    """Return the words of the rows where money moved, but for when."""
    rows = re.findall(r'<li class="moved">(.*?)</li>', html, re.S)
    return [words(re.sub(r"<time.*?</time>", "", row, flags=re.S)) for row in rows]


@pytest.mark.parametrize("role", ["support", "manager", "finance"])
def test_staff_read_it_with_what_is_paid_after_each_movement(staff, booking, role):
    assert movements(page(staff(role), booking)) == [
        "Deposit paid by card $100.00 paid $100.00 Stripe",
        "Gratuity paid by card $30.00 paid $100.00 Stripe",
        "Refunded -$25.00 paid $75.00 Stripe · customer request; Rain.",
    ]


def test_times_are_the_venues_with_their_zone(staff, booking):
    [told] = re.findall(r'<ol class="timeline">.*?</ol>', page(staff("support"), booking), re.S)
    [first, *_] = re.findall(r'<time datetime="[^"]*">([^<]*)</time>', told)
    assert re.fullmatch(r"\w{3}, \w{3} \d+, \d{4}, [\d:]+ [AP]M P[SD]T", first), first


def test_what_a_row_is_about_is_a_click_away(staff, booking):
    refund = Refund.objects.get()
    link = reverse("admin:payments_refund_change", args=[refund.pk])
    assert f'<a href="{link}">Refunded</a>' in page(staff("support"), booking)


def test_what_people_write_is_text(staff, booking):
    Refund.objects.update(notes="<script>alert(1)</script>")
    assert "<script>alert" not in page(staff("support"), booking)
