"""Charging a card that a customer has saved, while the customer is not there.

A customer saves a card by ticking a box on Stripe's Checkout, which writes that consent on it
(`allow_redisplay`), and takes it off in Stripe's portal. https://docs.stripe.com/payments/save-during-payment
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from bookings.services import pay_link
from customers.models import Customer, User
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from payments import gateway
from payments.errors import CardDeclined, GatewayRejected, SavedCardRefused
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.intents import apply_payment_intent
from payments.services.start import start_payment
from payments.services.tax import is_automatic

PERMISSION = "payments.charge_saved_card"
CONSENTED = "always"
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SavedCard:
    """A card that its customer lets us keep and charge."""

    id: str
    brand: str
    last4: str
    expires: str

    def __str__(self) -> str:
        return f"{self.brand.title()} •••• {self.last4}"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What to charge a saved card with. Amount in cents.

    Attributes:
        charge_id: chosen by the caller before the first try; the same again charges once.
        payment_type, amount: what the person was shown; anything else that is due charges nothing.
    """

    charge_id: UUID
    booking_id: UUID
    card_id: str
    payment_type: str
    amount: int


def saved_cards(*, customer_id: UUID) -> list[SavedCard]:
    """Return the cards that this customer has saved, the newest first.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    stripe_id = Customer.objects.values_list("stripe_customer_id", flat=True).get(pk=customer_id)
    if not stripe_id:
        return []
    found = gateway.list_cards(customer=stripe_id)
    return [_card(each) for each in found if each["allow_redisplay"] == CONSENTED]


def charge_saved_card(charge: Charge, *, actor: User, now: datetime) -> Payment:
    """Charge a saved card with what the booking owes, as Stripe's `off_session` payment.

    It goes through the booking's one open attempt, whose row and PaymentIntent stand before any
    money moves: who does it twice, or beside the customer, confirms the same intent, which takes
    money once.

    Returns:
        the payment: `succeeded`, or `failed` with the reason, and then nothing was charged.

    Raises:
        NotAllowed: this person may not.
        SavedCardRefused: the card is not saved any more, or the booking can't be paid like this.
        AmountMismatch, AlreadyPaid, NothingDue, NotPayable: as `start_payment`.
        GatewayRejected, GatewayUnavailable: as the gateway says; no answer is no refusal, and the
            same call again finds out.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not charge saved cards.")
    booking = Booking.objects.get(pk=charge.booking_id)
    card = _check(booking, charge.card_id)
    wanted = Wanted(
        booking_id=charge.booking_id,
        user=actor,
        surface=Payment.Surface.ELEMENTS,
        payment_type=charge.payment_type,
        amount=charge.amount,
    )
    started = start_payment(wanted, now=now)
    payment, intent_id = started.payment, started.stripe_object["id"]
    with transaction.atomic(durable=True):
        audit.record(
            "payment.saved_card_charged",
            payment,
            actor=actor,
            card=str(card),
            charge_id=str(charge.charge_id),
        )
    intent = _confirm(intent_id, card, key=f"saved-card-{payment.pk}-{charge.charge_id}")
    apply_payment_intent(intent, as_of=None, now=now)
    payment.refresh_from_db()
    return payment


def send_pay_link(*, booking_id: UUID, charge_id: UUID, actor: User, now: datetime) -> None:
    """E-mail the customer the page to pay on, once for each card that was declined.

    Raises:
        NotAllowed: this person may not.
        NotPayable: nothing is to be paid, or there is no address.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not charge saved cards.")
    pay_link.send_pay_link(booking_id=booking_id, send_id=charge_id, actor=actor, now=now)


def _check(booking: Booking, card_id: str) -> SavedCard:
    if is_automatic(booking):
        raise SavedCardRefused("Stripe Tax taxes Checkouts and invoices: send the pay link.")
    for card in saved_cards(customer_id=booking.customer_id):
        if card.id == card_id:
            return card
    raise SavedCardRefused("The customer has not saved this card, or not any more.", attr="card")


def _confirm(intent_id: str, card: SavedCard, *, key: str) -> Json:
    try:
        return gateway.charge_off_session(intent_id, payment_method=card.id, key=key)
    except (CardDeclined, GatewayRejected):
        # Declined, or somebody else was quicker: the intent says what became of it.
        return gateway.retrieve_payment_intent(intent_id)


def _card(method: Json) -> SavedCard:
    card = method["card"]
    return SavedCard(
        id=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        expires=f"{card['exp_month']:02}/{card['exp_year']}",
    )
