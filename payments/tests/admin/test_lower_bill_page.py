"""What lowering a bill in the admin does to what is open at Stripe, and to Today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.services.goodwill import lower_bill
from bookings.tests.factories import BookingFactory
from bookings.tests.test_lower_bill_page import address, asked
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.ids import uuid7
from payments.tests.admin.test_today import sections
from payments.tests.refunds.world import at_once
from payments.tests.services.test_follow import follow, invoice_for, invoices, start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking() -> Booking:
    """A party of yesterday that owes $450.00."""
    made: Booking = BookingFactory(
        status="completed", paid=10000, starts_at=timezone.now() - timedelta(days=1)
    )
    return made


def lower(browser, booking: Booking, dollars: str) -> None:
    _, sure = asked(browser, booking, amount=dollars)
    browser.post(address(booking), sure)
    follow(booking)


def test_a_debt_that_is_given_up_leaves_today(staff, booking):
    manager = staff("manager")
    assert sections(manager) == {"owed_after": [["Record payment…", "Lower the bill…"]]}

    lower(manager, booking, "450")

    assert sections(manager) == {}


def test_an_open_payment_page_is_closed(staff, booking):
    payment = start(booking).payment
    lower(staff("manager"), booking, "50")
    payment.refresh_from_db()
    assert payment.status == "canceled"


@pytest.mark.parametrize(
    ("dollars", "after"),
    [("50", [("void", 45000, 7), ("open", 40000, 7)]), ("450", [("void", 45000, 7)])],
)
def test_an_open_invoice_is_sent_anew_while_something_is_owed(staff, booking, dollars, after):
    invoice_for(booking, UserFactory(role="finance"))
    lower(staff("manager"), booking, dollars)
    assert invoices() == after


def test_of_many_clicks_at_once_one_lowers_it(booking):
    manager, same = UserFactory(role="manager"), uuid7()
    assert at_once(*[lambda: click(booking, manager, same)] * 5) == [""] * 5
    booking.refresh_from_db()
    assert booking.total == 50000


def click(booking: Booking, manager: User, lowering_id) -> None:
    lower_bill(
        booking_id=booking.pk,
        amount=5000,
        label="Goodwill discount",
        expected_total=55000,
        lowering_id=lowering_id,
        actor=manager,
        now=timezone.now(),
    )
