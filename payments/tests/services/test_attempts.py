"""Every purpose on every surface: charged once, for what the server says is due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from bookings.links import link
from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.errors import AmountMismatch, GatewayUnavailable
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.follow import follow_booking
from payments.services.start import Started, start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.parties import pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

CHECKOUT, ELEMENTS = Payment.Surface.CHECKOUT, Payment.Surface.ELEMENTS
PATHS = {CHECKOUT: "checkout/sessions", ELEMENTS: "payment_intents"}
TIP = 9000
# What is wanted, whether the deposit is paid by then, and what is due for it.
DUE = {
    "deposit": (False, 10000),
    "full": (False, 55000),
    "balance": (True, 45000),
    "addon": (True, 45000),
    "gratuity": (True, TIP),
}
EACH = pytest.mark.parametrize(("kind", "surface"), list(product(DUE, PATHS)))


def party(kind: str) -> Booking:
    """Return a booking of 550.00, its deposit paid where that comes before."""
    booking = BookingFactory()
    if DUE[kind][0]:
        pay(booking)
    return booking


def start(booking: Booking, kind: str, surface: Payment.Surface, **more: Any) -> Started:
    tip = {"amount": TIP} if kind == "gratuity" else {}
    asked = Wanted(
        booking_id=booking.pk,
        user=UserFactory(),
        surface=surface,
        payment_type=kind,
        **(tip | more),
    )
    return start_payment(asked, now=timezone.now())


def settle(payment: Payment) -> None:
    """Pay it at Stripe, and hear of it twice."""
    payment.refresh_from_db()
    if payment.surface == CHECKOUT:
        stripe.pay_page(payment.stripe_checkout_session_id or "")
    else:
        stripe.confirm(payment)
    stripe.deliver()
    stripe.deliver()


def taken() -> list[int]:
    """Return what Stripe has charged, in cents."""
    found = stripe.call("GET", "charges", limit=100)["data"]
    return sorted(each["amount"] for each in found if each["status"] == "succeeded")


@EACH
def test_tabs_devices_and_retries_share_one_attempt_which_is_charged_once(
    kind: str, surface: Payment.Surface
):
    booking = party(kind)
    before = taken()

    def go(_: int) -> UUID:
        try:
            return start(booking, kind, surface).payment.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        [attempt] = set(pool.map(go, range(3)))
    payment = Payment.objects.get(pk=attempt)
    settle(payment)

    payment.refresh_from_db()
    booking.refresh_from_db()
    is_tip = kind == "gratuity"
    assert (payment.status, payment.payment_type, payment.amount) == (
        "succeeded",
        kind,
        DUE[kind][1],
    )
    assert taken() == sorted([*before, DUE[kind][1]])
    assert booking.paid == sum(before) + (0 if is_tip else DUE[kind][1])


@EACH
def test_the_server_says_what_is_due(kind: str, surface: Payment.Surface):
    booking = party(kind)
    if kind == "gratuity":
        # A tip is the customer's to choose; another one takes the place of the first.
        first = start(booking, kind, surface).payment
        second = start(booking, kind, surface, amount=TIP + 1).payment
        first.refresh_from_db()
        assert (first.status, second.amount) == ("canceled", TIP + 1)
        return
    with pytest.raises(AmountMismatch) as refused:
        start(booking, kind, surface, amount=DUE[kind][1] - 1)
    assert refused.value.extra["expected_amount"] == DUE[kind][1]
    assert not Payment.objects.open().exists()


@EACH
def test_a_changed_price_closes_what_asks_for_the_old_one(kind: str, surface: Payment.Surface):
    booking = party(kind)
    payment = start(booking, kind, surface).payment
    Booking.objects.filter(pk=booking.pk).update(total=60000, deposit_due=12000)

    follow_booking(booking_id=booking.pk, now=timezone.now())

    payment.refresh_from_db()
    is_tip = kind == "gratuity"
    assert payment.status == ("pending" if is_tip else "canceled")
    object_id = getattr(
        payment, f"stripe_{'checkout_session' if surface == CHECKOUT else surface}_id"
    )
    at_stripe = stripe.call("GET", f"{PATHS[surface]}/{object_id}")["status"]
    still_open = {CHECKOUT: "open", ELEMENTS: "requires_payment_method"}[surface]
    closed = {CHECKOUT: "expired", ELEMENTS: "canceled"}[surface]
    assert at_stripe == (still_open if is_tip else closed)


@pytest.mark.parametrize("surface", list(PATHS))
def test_a_tip_goes_beside_an_open_balance(surface: Payment.Surface):
    booking = party("balance")
    balance = start(booking, "balance", CHECKOUT).payment
    tip = start(booking, "gratuity", surface).payment

    settle(tip)
    settle(balance)

    booking.refresh_from_db()
    assert (booking.paid, booking.balance, taken()) == (55000, 0, [TIP, 10000, 45000])


@pytest.mark.parametrize("surface", list(PATHS))
@pytest.mark.parametrize("fault", ["500_kept", "500_after"])
def test_an_error_that_stripe_repeats_under_the_key_blocks_nobody(
    sandbox: Any, surface: Payment.Surface, fault: str
):
    booking = BookingFactory()
    broken = {"kind": fault, "path": f"/v1/{PATHS[surface]}", "method": "POST"}
    sandbox.control("POST", "faults", {"api": [broken]})

    payment = start(booking, "deposit", surface).payment
    settle(payment)

    booking.refresh_from_db()
    made = stripe.call("GET", PATHS[surface], limit=100)["data"]
    # What Stripe had made after all is the attempt; else another row has another key.
    states = ["succeeded"] if fault == "500_after" else ["canceled", "succeeded"]
    assert [row.status for row in Payment.objects.order_by("created_at")] == states
    assert (len(made), taken(), booking.paid) == (1, [10000], 10000)


@pytest.mark.parametrize("surface", list(PATHS))
def test_while_stripe_keeps_breaking_nothing_is_charged_and_the_next_try_works(
    sandbox: Any, surface: Payment.Surface
):
    booking = BookingFactory()
    broken = {"kind": "500_kept", "path": f"/v1/{PATHS[surface]}", "method": "POST", "times": 2}
    sandbox.control("POST", "faults", {"api": [broken]})

    with pytest.raises(GatewayUnavailable):
        start(booking, "deposit", surface)
    sweep_stripe_calls(now=timezone.now() + timedelta(hours=1))
    settle(start(booking, "deposit", surface).payment)

    assert taken() == [10000]
    assert not Payment.objects.open().exists()


def test_checkout_leads_back_to_the_booking(settings: Any):
    booking, other = BookingFactory(), BookingFactory()
    back = start(booking, "deposit", CHECKOUT).stripe_object["cancel_url"]
    settings.CHECKOUT_CANCEL_URL = "https://shop.example.com/back"
    assert back == link("pay-booking", booking)
    assert start(other, "deposit", CHECKOUT).stripe_object["cancel_url"] == (
        "https://shop.example.com/back"
    )
