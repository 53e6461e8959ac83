"""Charging a card that its customer has saved, against the sandbox over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from bookings.errors import NothingDue
from bookings.models import Booking, Email
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from myhibachi.core.ids import uuid7
from payments.errors import AlreadyPaid, AmountMismatch, GatewayUnavailable, SavedCardRefused
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.saved_cards import Charge, charge_saved_card, saved_cards, send_pay_link
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
BALANCE = 45000
# https://docs.stripe.com/testing: saved well, then declined; and one that asks for its owner.
DECLINES, ASKS_FOR_OWNER = "4000000000000341", "4000002760003184"


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory(role="manager")


def start(booking: Booking, surface: Payment.Surface = Payment.Surface.CHECKOUT) -> Payment:
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=surface)
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    return payment


def with_deposit(card: str = "4242424242424242", *, save: bool = True) -> Booking:
    """Return a booking whose deposit was paid on Checkout, where the customer saved the card."""
    booking = BookingFactory()
    payment = start(booking)
    if card != ASKS_FOR_OWNER:
        stripe.pay_page(payment.stripe_checkout_session_id or "", card=card, save=save)
    else:
        stripe.pay_page(payment.stripe_checkout_session_id or "")
    stripe.deliver()
    booking.refresh_from_db()
    booking.customer.refresh_from_db()
    if card == ASKS_FOR_OWNER:
        _save_elsewhere(booking)
    return booking


def _save_elsewhere(booking: Booking) -> None:
    """Save the card that always asks for its owner."""
    name, owner = "pm_card_authenticationRequired", booking.customer.stripe_customer_id
    made = stripe.call("POST", f"payment_methods/{name}/attach", customer=owner)
    stripe.call("POST", f"payment_methods/{made['id']}", allow_redisplay="always")


def asked(booking: Booking, **changes: Any) -> Charge:
    """Return what the form asks for: the balance, by the one saved card."""
    [card] = saved_cards(customer_id=booking.customer_id)
    known: dict[str, Any] = {
        "charge_id": uuid7(),
        "booking_id": booking.pk,
        "card_id": card.id,
        "payment_type": "balance",
        "amount": BALANCE,
    }
    return Charge(**known | changes)


def charges() -> list[int]:
    """Return what Stripe has taken, in cents."""
    found = stripe.call("GET", "charges", limit=100)["data"]
    return sorted(each["amount"] for each in found if each["status"] == "succeeded")


def charge(wanted: Charge, actor: User) -> Payment:
    return charge_saved_card(wanted, actor=actor, now=timezone.now())


def test_only_a_card_that_its_customer_ticked_is_saved():
    assert saved_cards(customer_id=with_deposit(save=False).customer_id) == []
    [card] = saved_cards(customer_id=with_deposit().customer_id)
    assert str(card) == "Visa •••• 4242"
    assert saved_cards(customer_id=BookingFactory().customer_id) == []


def test_a_saved_card_pays_the_balance(manager: User):
    booking = with_deposit()

    payment = charge(asked(booking), manager)

    booking.refresh_from_db()
    assert (payment.status, payment.payment_type, payment.amount) == (
        "succeeded",
        "balance",
        BALANCE,
    )
    assert (booking.paid, booking.balance, charges()) == (55000, 0, [10000, BALANCE])


def test_sent_twice_it_charges_once(manager: User):
    booking = with_deposit()
    wanted = asked(booking)
    charge(wanted, manager)

    with pytest.raises(NothingDue):
        charge(wanted, manager)

    assert charges() == [10000, BALANCE]


def test_several_people_at_once_charge_once():
    booking = with_deposit()
    people = [UserFactory(role="manager") for _ in range(4)]
    wanted = [asked(booking) for _ in people]

    def go(number: int) -> UUID | None:
        try:
            return charge(wanted[number], people[number]).pk
        except (NothingDue, AlreadyPaid, GatewayUnavailable):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(go, range(4))) - {None}

    stripe.deliver()
    booking.refresh_from_db()
    assert (len(found), booking.paid, charges()) == (1, 55000, [10000, BALANCE])


@pytest.mark.parametrize(
    ("card", "code"),
    [(DECLINES, "generic_decline"), (ASKS_FOR_OWNER, "authentication_required")],
)
def test_a_declined_card_charges_nothing_and_the_pay_link_goes_out_once(
    manager: User, card: str, code: str
):
    booking = with_deposit(card)
    wanted = asked(booking)

    payment = charge(wanted, manager)

    assert (payment.status, payment.failure_code, charges()) == ("failed", code, [10000])
    for _ in range(2):
        send_pay_link(
            booking_id=booking.pk, charge_id=wanted.charge_id, actor=manager, now=timezone.now()
        )
    sent = Email.objects.filter(booking=booking, kind=Email.Kind.BALANCE_DUE)
    assert sent.count() == 1
    # The customer pays on Checkout then, with whatever card.
    link = start(booking)
    stripe.pay_page(link.stripe_checkout_session_id or "")
    stripe.deliver()
    booking.refresh_from_db()
    assert (booking.balance, charges()) == (0, [10000, BALANCE])


def test_an_open_checkout_is_closed_before_the_card_is_charged(manager: User):
    booking = with_deposit()
    page = start(booking)

    charge(asked(booking), manager)

    closed = stripe.call("GET", f"checkout/sessions/{page.stripe_checkout_session_id}")
    assert (closed["status"], charges()) == ("expired", [10000, BALANCE])


def test_another_amount_than_is_due_charges_nothing(manager: User):
    booking = with_deposit()
    with pytest.raises(AmountMismatch):
        charge(asked(booking, amount=BALANCE + 1), manager)
    assert charges() == [10000]


def test_a_card_taken_off_meanwhile_is_not_charged(manager: User):
    booking = with_deposit()
    wanted = asked(booking)
    stripe.call("POST", f"payment_methods/{wanted.card_id}/detach")
    with pytest.raises(SavedCardRefused):
        charge(wanted, manager)
    assert charges() == [10000]


def test_where_stripe_tax_applies_the_customer_pays_on_checkout(manager: User, settings: Any):
    booking = with_deposit()
    wanted = asked(booking)
    settings.ENABLE_AUTOMATIC_TAX = True
    with pytest.raises(SavedCardRefused):
        charge(wanted, manager)


def test_support_may_not_charge_saved_cards():
    booking = with_deposit()
    wanted, support = asked(booking), UserFactory(role="support")
    with pytest.raises(NotAllowed):
        charge(wanted, support)
    with pytest.raises(NotAllowed):
        send_pay_link(booking_id=booking.pk, charge_id=uuid7(), actor=support, now=timezone.now())


@pytest.mark.parametrize("kind", ["500", "reset_after"])
def test_without_an_answer_the_same_call_again_charges_once(sandbox: Any, manager: User, kind: str):
    booking = with_deposit()
    wanted = asked(booking)
    fault = {"kind": kind, "path": "/v1/payment_intents/*/confirm", "times": 3}
    sandbox.control("POST", "faults", {"api": [fault]})

    for _ in range(2):
        with suppress(GatewayUnavailable, NothingDue):
            charge(wanted, manager)

    stripe.deliver()
    booking.refresh_from_db()
    assert (booking.paid, charges()) == (55000, [10000, BALANCE])
