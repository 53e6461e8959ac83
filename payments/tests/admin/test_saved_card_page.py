"""The page that charges a saved card."""

from typing import Any

import pytest
from django.contrib.messages import get_messages

from bookings.models import Booking, Email
from bookings.tests.factories import BookingFactory
from payments.tests.services.test_saved_cards import BALANCE, DECLINES, charges, with_deposit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def address(booking: Booking) -> str:
    return f"/admin/bookings/booking/{booking.pk}/saved-card/"


def page_of(booking: Booking) -> str:
    return f"/admin/bookings/booking/{booking.pk}/change/"


def typed(client: Any, booking: Booking) -> dict[str, Any]:
    """Return what the form holds when it is opened."""
    form = client.get(address(booking)).context["form"]
    values = {field.name: field.value() for field in form}
    return values | {"card": next(iter(form.cards))}


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_it_asks_and_then_charges_the_card(staff):
    client, booking = staff("manager"), with_deposit()
    assert "Charge saved card…" in client.get(page_of(booking)).content.decode()
    form = typed(client, booking)

    question = client.post(address(booking), form)
    assert "Charge $450.00 to Visa •••• 4242 for booking" in question.content.decode()
    assert charges() == [10000]
    done = client.post(address(booking), form | {"confirmed": "1"})

    assert (done.status_code, said(done)) == (302, ["$450.00 charged to Visa •••• 4242."])
    assert charges() == [10000, BALANCE]
    again = client.post(address(booking), form | {"confirmed": "1"})
    assert "has been paid" in again.content.decode()
    assert charges() == [10000, BALANCE]


def test_a_decline_is_shown_and_the_pay_link_offered(staff):
    client, booking = staff("manager"), with_deposit(DECLINES)
    form = typed(client, booking)

    declined = client.post(address(booking), form | {"confirmed": "1"}).content.decode()
    assert "was declined. Nothing was charged." in declined
    assert "Send the pay link" in declined
    sent = client.post(address(booking), {"charge_id": form["charge_id"], "send_link": "1"})

    assert said(sent) == [f"The pay link goes to {booking.contact_email} by e-mail."]
    assert Email.objects.filter(booking=booking, kind=Email.Kind.BALANCE_DUE).count() == 1


def test_without_a_saved_card_it_says_so(staff):
    shown = staff("manager").get(address(with_deposit(save=False))).content.decode()
    assert "This customer has saved no card." in shown


def test_support_sees_no_such_page(staff):
    client, booking = staff("support"), BookingFactory()
    assert client.get(address(booking)).status_code == 403
    assert "Charge saved card…" not in client.get(page_of(booking)).content.decode()
