"""Where a customer lands after Stripe's page, whatever happened there."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from payments.pages.views import WAITS
from payments.tests.factories import PaymentFactory, paid_payment

pytestmark = pytest.mark.django_db

SESSION = "cs_test_a1"


def land(client, session: str = SESSION, **query: str):
    return client.get("/pay/success", {"session_id": session, **query})


def words(answer) -> str:
    body = re.sub(r"<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def next_look(answer) -> tuple[str, str] | None:
    """Return after how many seconds the page looks again, and where."""
    found = re.search(r'http-equiv="refresh" content="(\d+); url=([^"]+)"', answer.content.decode())
    return (found[1], found[2].replace("&amp;", "&")) if found else None


def test_a_paid_deposit_shows_the_booking_and_what_is_left(client):
    payment = paid_payment(stripe_checkout_session_id=SESSION)
    booking = payment.booking
    answer = land(client)
    said = words(answer)
    assert "Your party is booked" in said
    assert "We received your deposit of $100.00 ." in said
    assert f"Booking {booking.reference}" in said
    assert f"{booking.date:%a, %B} {booking.date.day}, {booking.date.year}" in said
    assert "Total $550.00 Still to pay $450.00" in said
    assert f"The rest is due on {booking.date:%B} {booking.date.day}" in said
    assert next_look(answer) is None


def test_a_fully_paid_booking_owes_nothing(client):
    paid_payment(stripe_checkout_session_id=SESSION, amount=55000, payment_type="full")
    assert "Still to pay $0.00 Everything is paid." in words(land(client))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("completed", "Your party has taken place, so the rest is due now."),
        ("canceled", "This booking has been canceled since."),
    ],
)
def test_the_page_opened_again_later_says_how_things_stand(client, status, said):
    payment = paid_payment(stripe_checkout_session_id=SESSION)
    seat = 1 if status == "completed" else None
    Booking.objects.filter(pk=payment.booking_id).update(status=status, seat=seat)
    page = words(land(client))
    assert "Payment received" in page
    assert "We received your deposit of $100.00" in page
    assert said in page


def test_nothing_but_the_booking_and_its_money_is_shown(client):
    payment = paid_payment(stripe_checkout_session_id=SESSION)
    page = land(client).content.decode()
    booking = payment.booking
    known = [booking.contact_name, booking.contact_email, booking.location, str(booking.pk)]
    assert [word for word in known if word in page] == []


def test_while_stripe_has_not_told_us_the_page_looks_again_a_few_times(client):
    PaymentFactory(stripe_checkout_session_id=SESSION)
    looked = []
    answer = land(client)
    while wait := next_look(answer):
        looked.append(int(wait[0]))
        assert "One moment, please" in words(answer)
        answer = client.get(wait[1])
    assert tuple(looked) == WAITS
    assert "This takes longer than usual" in words(answer)


@pytest.mark.parametrize("tried", ["-1", "x", "9" * 5000, "²", "1.5", ""])
def test_a_strange_count_of_looks_starts_again(client, tried):
    PaymentFactory(stripe_checkout_session_id=SESSION)
    assert next_look(land(client, **{"try": tried})) == (
        "2", f"/pay/success?session_id={SESSION}&try=1",
    )  # fmt: skip


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_payment_that_failed_says_that_nothing_was_charged(client, status):
    PaymentFactory(stripe_checkout_session_id=SESSION, status=status)
    assert "Nothing was charged." in words(land(client))


@pytest.mark.parametrize("status", ["expired", "canceled"])
def test_money_that_came_too_late_is_safe(client, status):
    booking = BookingFactory(status=status)
    paid_payment(stripe_checkout_session_id=SESSION, booking=booking)
    said = words(land(client))
    assert "We have your payment, but not your slot" in said
    assert "Your money is safe." in said


@pytest.mark.parametrize(
    "session", ["", "cs_test_unknown", "pi_1", "cs_test_a1'--", "cs_" + "a" * 4000, "cs_é", "🎉"]
)
def test_an_unknown_session_is_a_friendly_404(client, session):
    PaymentFactory(stripe_checkout_session_id=SESSION)
    answer = land(client, session)
    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)


def test_who_left_stripes_page_hears_that_nothing_was_charged(client):
    assert "Nothing was charged." in words(client.get("/pay/canceled"))


def test_who_comes_back_from_the_portal_hears_that_all_is_done(client):
    assert "What you changed on Stripe’s page counts from now on." in words(
        client.get("/pay/portal")
    )


def test_the_pages_are_never_cached_and_only_read(client):
    paid_payment(stripe_checkout_session_id=SESSION)
    assert "no-store" in land(client)["Cache-Control"]
    assert client.post("/pay/success").status_code == 405
    assert client.post("/pay/canceled").status_code == 405
    assert client.post("/pay/portal").status_code == 405


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
@pytest.mark.parametrize("of_staff", [True, False])
def test_the_error_pages_stand_on_their_own(name, of_staff):
    """They are shown when nothing else works, so they ask for nothing but the stylesheet."""
    page = render_to_string(f"{name}.html", {"of_staff": of_staff})
    assert "<h1>" in page
    assert re.findall(r"<script|<style|\sstyle=|https?://", page) == []


def test_the_style_asks_for_nothing_from_elsewhere():
    style = Path("static/pay/pay.css").read_text()
    assert re.findall(r"url\(|@import", style) == []
