"""The buttons on a booking's page: what can be done now, in this state, by this role."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import Customer
from payments.tests.factories import PaymentFactory, paid_payment

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
ROLES = ("support", "manager", "finance", "admin")


def booking(
    *, status: str, paid: int = 0, starts_in: dt.timedelta = 30 * DAY, **fields: Any
) -> Booking:
    """Return a booking of 55000, paid by card; its customer is known at Stripe."""
    made = BookingFactory(status="pending", starts_at=timezone.now() + starts_in, **fields)
    Customer.objects.filter(pk=made.customer_id).update(stripe_customer_id=f"cus_{made.pk.hex}")
    if paid:
        paid_payment(booking=made, amount=paid)
    holds = status in ("pending", "confirmed", "completed")
    late = bool(paid) and status in ("expired", "canceled")
    Booking.objects.filter(pk=made.pk).update(
        status=status, seat=1 if holds else None, late_money=late
    )
    made.refresh_from_db()
    return made


def buttons(client: Any, shown: Booking) -> list[str]:
    """Return the buttons in their order; the likely next step in capitals."""
    html = client.get(reverse("admin:bookings_booking_change", args=[shown.pk])).content.decode()
    [nav] = re.findall(r'<nav class="booking-tools".*?</nav>', html, re.S)
    found = re.findall(r'<a class="button( default)?" href="[^"]+">(.*?)</a>', nav)
    return [unescape(name.upper() if is_next else name) for is_next, name in found]


LINK, PAGE, RECORD = "Send link…", "Open pay page", "Record payment…"
CARD, INVOICE, MOVE = "Charge saved card…", "Send invoice…", "Reschedule…"
DONE, NO_SHOW, REFUND, CANCEL = "Mark done…", "Mark no-show…", "Refund…", "Cancel…"
LATE, PREP, FINAL, LOWER = "Late money…", "Prep sheet", "Guests are final…", "Lower the bill…"

CASES: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {
    "held": (
        {"status": "pending"},
        {
            "support": [LINK.upper(), PAGE, RECORD, PREP],
            "manager": [LINK.upper(), PAGE, CARD, RECORD, MOVE, PREP, LOWER, CANCEL],
            "finance": [LINK.upper(), PAGE, CARD, RECORD, INVOICE, MOVE, PREP, LOWER, CANCEL],
        },
    ),
    "confirmed": (
        {"status": "confirmed", "paid": 10000},
        {
            "support": [LINK.upper(), PAGE, RECORD, FINAL, PREP],
            "manager": [LINK.upper(), PAGE, CARD, RECORD, MOVE, FINAL, PREP, LOWER, REFUND, CANCEL],
            "finance": [
                LINK.upper(), PAGE, CARD, RECORD, INVOICE, MOVE, FINAL, PREP,
                LOWER, REFUND, CANCEL,
            ],
        },
    ),
    "all paid": (
        {"status": "confirmed", "paid": 55000},
        {
            "support": [PREP.upper(), LINK, RECORD, FINAL],
            "manager": [PREP.upper(), LINK, RECORD, MOVE, FINAL, REFUND, CANCEL],
            "finance": [PREP.upper(), LINK, RECORD, MOVE, FINAL, REFUND, CANCEL],
        },
    ),
    "all paid, and its guests are final": (
        {"status": "confirmed", "paid": 55000, "final_guests": 8},
        {
            "support": [PREP.upper(), LINK, RECORD],
            "manager": [PREP.upper(), LINK, RECORD, MOVE, REFUND, CANCEL],
            "finance": [PREP.upper(), LINK, RECORD, MOVE, REFUND, CANCEL],
        },
    ),
    "begun and owing": (
        {"status": "confirmed", "paid": 10000, "starts_in": -DAY},
        {
            "support": [RECORD.upper(), LINK, PAGE, DONE, PREP, NO_SHOW],
            "manager": [
                RECORD.upper(), LINK, PAGE, CARD, DONE, PREP, NO_SHOW, LOWER, REFUND, CANCEL,
            ],
            "finance": [
                RECORD.upper(), LINK, PAGE, CARD, INVOICE, DONE, PREP,
                NO_SHOW, LOWER, REFUND, CANCEL,
            ],
        },
    ),
    "begun and paid": (
        {"status": "confirmed", "paid": 55000, "starts_in": -DAY},
        {
            "support": [DONE.upper(), LINK, RECORD, PREP, NO_SHOW],
            "manager": [DONE.upper(), LINK, RECORD, PREP, NO_SHOW, REFUND, CANCEL],
            "finance": [DONE.upper(), LINK, RECORD, PREP, NO_SHOW, REFUND, CANCEL],
        },
    ),
    "completed and owing": (
        {"status": "completed", "paid": 10000, "starts_in": -DAY},
        {
            "support": [RECORD.upper(), LINK, PAGE, PREP],
            "manager": [RECORD.upper(), LINK, PAGE, CARD, PREP, LOWER, REFUND],
            "finance": [RECORD.upper(), LINK, PAGE, CARD, INVOICE, PREP, LOWER, REFUND],
        },
    ),
    "completed": (
        {"status": "completed", "paid": 55000, "starts_in": -DAY},
        {
            "support": [RECORD, PREP],
            "manager": [RECORD, PREP, REFUND],
            "finance": [RECORD, PREP, REFUND],
        },
    ),
    "expired": (
        {"status": "expired"},
        {name: [RECORD] for name in ("support", "manager", "finance")},
    ),
    "late money": (
        {"status": "expired", "paid": 10000},
        {
            "support": [LATE.upper(), RECORD],
            "manager": [LATE.upper(), RECORD, REFUND],
            "finance": [LATE.upper(), RECORD, REFUND],
        },
    ),
    "canceled": (
        {"status": "canceled"},
        {name: [RECORD] for name in ("support", "manager", "finance")},
    ),
    "no-show": (
        {"status": "no_show", "paid": 10000, "starts_in": -DAY},
        {
            "support": [RECORD],
            "manager": [RECORD, REFUND],
            "finance": [RECORD, REFUND],
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", CASES)
def test_each_role_sees_what_it_can_do_now(staff, case, role):
    made, expected = CASES[case]
    # For bookings the role admin may what finance may.
    assert buttons(staff(role), booking(**made)) == expected.get(role, expected["finance"])


PAGES = {
    "cancel": ("manager", "finance"),
    "lower-bill": ("manager", "finance"),
    "refund": ("manager", "finance"),
    "reschedule": ("manager", "finance"),
    "saved-card": ("manager", "finance"),
    "send-invoice": ("finance",),
    "record-payment": ("support", "manager", "finance"),
    "send-link": ("support", "manager", "finance"),
    "final-count": ("support", "manager", "finance"),
    "done": ("support", "manager", "finance"),
    "no-show": ("support", "manager", "finance"),
}


@pytest.mark.parametrize("role", ["support", "manager", "finance"])
@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_is_refused_whatever_the_page_shows(staff, page, role):
    client, made = staff(role), booking(status="canceled")
    address = f"/admin/bookings/booking/{made.pk}/{page}/"
    refused = {client.get(address).status_code == 403, client.post(address).status_code == 403}
    assert refused == {role not in PAGES[page]}


def test_one_payment_is_refunded_on_its_own_page(staff):
    made = booking(status="confirmed", paid=10000)
    answer = staff("manager").get(f"/admin/bookings/booking/{made.pk}/refund/")
    payment = made.payments.get()
    assert answer["Location"] == reverse("admin:payments_payment_refund", args=[payment.pk])


def test_of_several_payments_one_is_chosen(staff):
    made = booking(status="confirmed", paid=10000)
    paid_payment(booking=made, amount=20000, payment_type="balance")
    page = staff("manager").get(f"/admin/bookings/booking/{made.pk}/refund/").content.decode()
    for payment in made.payments.all():
        assert reverse("admin:payments_payment_refund", args=[payment.pk]) in page


def test_where_nothing_is_left_the_choice_says_so(staff):
    made = booking(status="confirmed")
    PaymentFactory(booking=made)
    page = staff("manager").get(f"/admin/bookings/booking/{made.pk}/refund/").content.decode()
    assert "Nothing is left of any payment." in page
