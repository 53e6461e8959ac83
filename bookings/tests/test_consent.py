"""Who accepted the terms, when, and from where: what a dispute is answered with."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from bookings.models import Booking
from bookings.tests.quote_world import NOW, sent_quote
from customers.models import User
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db

BODY = {
    "date": "2027-12-25",
    "time": "18:00",
    "guests": 8,
    "menu": "adult",
    "location": "123 Main St, San Jose, CA",
}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def post(user: User | None, path: str, body: dict[str, Any], **meta: Any) -> None:
    client = APIClient()
    client.force_authenticate(user)
    answer = client.post(path, body, format="json", **meta)
    assert answer.status_code in (200, 201), answer.content


def kept() -> tuple[dt.datetime | None, str | None]:
    return Booking.objects.values_list("terms_accepted_at", "client_ip").get()


@pytest.fixture
def guest() -> User:
    user: User = CustomerFactory().user
    return user


@pytest.mark.parametrize(
    ("said", "at"),
    [({}, None), ({"terms_accepted": False}, None), ({"terms_accepted": True}, NOW)],
)
def test_booking_keeps_when_the_terms_were_accepted_and_from_where(guest, said, at):
    post(guest, "/api/bookings", BODY | said, REMOTE_ADDR="203.0.113.7")
    assert kept() == (at, "203.0.113.7")


def test_what_staff_tick_for_somebody_else_is_nobodys_consent():
    body = BODY | {"contact_name": "Ana", "terms_accepted": True}
    post(UserFactory(role="support"), "/api/bookings", body)
    assert kept() == (None, None)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        (2, "1.2.3.4, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", None),
        (1, "fe80::1%eth0", None),
        (1, "", None),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(guest, monkeypatch, proxies, forwarded, found):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    post(
        guest,
        "/api/bookings",
        BODY,
        REMOTE_ADDR="203.0.113.7",
        HTTP_X_FORWARDED_FOR=forwarded,
    )
    assert kept() == (None, found)


@pytest.mark.parametrize("by_staff", [False, True])
def test_accepting_a_quote_keeps_the_customers_consent(by_staff):
    quote = sent_quote(customer=ContactFactory() if by_staff else CustomerFactory())
    who: User | None = UserFactory(role="support") if by_staff else quote.customer.user
    post(who, f"/api/quotes/{quote.pk}/accept", {"terms_accepted": True})
    assert kept() == ((None, None) if by_staff else (NOW, "127.0.0.1"))
