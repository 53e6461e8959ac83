"""Plays each party once, through the same services as everybody."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings

from bookings.errors import SlotFull
from bookings.models import Booking, Status
from bookings.services import Contact, Order, Words, create_booking, expire_holds, mark_completed
from bookings.slots import local_date
from payments import gateway
from payments.errors import CardDeclined, GatewayError
from payments.management.demo.parties import COMING, PAST, TODAY, Party
from payments.management.demo.people import CONTACTS, People
from payments.models import Invoice, Payment
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.invoices import create_balance_invoice
from payments.services.manual import record_manual_payment
from payments.services.refunds import refund_payment
from payments.services.start import start_payment

Purpose = Payment.Purpose
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
DAY = 24 * HOUR


def tell(people: People, *, now: dt.datetime) -> Iterator[str]:
    """Play every party that has not been played yet, a line for each."""
    known = set(
        Booking.objects.filter(notes__startswith="Demo party ").values_list("notes", flat=True)
    )
    new = [party for party in (*PAST, *COMING, *TODAY) if party.mark not in known]
    if new:
        teller = _Teller(people, now=now, has_cards=_has_cards())
        yield from (teller.play(party) for party in new)
        expire_holds(now)
        for party in new:
            teller.pay_late(party)


def _has_cards() -> bool:
    """Whether a sandbox answers. Somebody's own Stripe account is not filled with demo data."""
    if settings.STRIPE.api_base.endswith("stripe.com"):
        return False
    try:
        next(gateway.list_products(), None)
    except GatewayError:
        return False
    return True


class _Teller:
    def __init__(self, people: People, *, now: dt.datetime, has_cards: bool) -> None:
        self.people = people
        self.now = now
        self.has_cards = has_cards

    def play(self, party: Party) -> str:
        """Book the party and let its money move; returns what there is to say of it."""
        try:
            booking = self._book(party)
        except SlotFull:
            return f"{party.mark}: its slot is full, left out"
        if party.deposit:
            at = booking.created_at + HOUR
            self._pay(booking, party.deposit, Purpose.DEPOSIT, at=at, card=party.card)
        if party.refund and self.has_cards:
            self._refund(booking, Purpose.DEPOSIT, party.refund, "Two guests fewer.")
        if party.balance:
            self._pay(booking, party.balance, Purpose.BALANCE, at=booking.starts_at + HOUR)
        if party.asked_back:
            self._refund(booking, Purpose.BALANCE, party.asked_back, "Half of them have the flu.")
        if party.tip:
            at = booking.starts_at + 2 * HOUR
            self._pay(booking, self._usual(party), Purpose.GRATUITY, amount=party.tip, at=at)
        if party.invoice and self.has_cards:
            self._invoice(booking)
        if booking.starts_at + 3 * HOUR < self.now and not party.unmarked:
            mark_completed(booking_id=booking.pk, actor=self.people.manager, now=self.now)
        booking.refresh_from_db()
        return f"{party.mark}: {booking.reference} on {booking.date}, {booking.status}"

    def _book(self, party: Party) -> Booking:
        contact = None if party.contact is None else CONTACTS[party.contact]
        return create_booking(
            date=local_date(self.now) + party.day * DAY,
            time=dt.time.fromisoformat(party.time),
            order=Order(guests=party.guests, location=party.location, add_ons=party.add_ons),
            contact=contact or Contact(),
            words=Words(notes=party.mark),
            actor=self.people.support if contact else self.people.guest,
            now=self.now + party.booked * DAY - party.held * MINUTE,
        )

    def _usual(self, party: Party) -> Payment.Method:
        return party.balance or party.deposit or Payment.Method.CASH

    def _pay(
        self,
        booking: Booking,
        method: Payment.Method,
        purpose: Purpose,
        *,
        at: dt.datetime,
        amount: int | None = None,
        card: str = "pm_card_visa",
    ) -> None:
        if method == Payment.Method.STRIPE and self.has_cards:
            self._pay_by_card(booking, purpose, amount, card=card)
            return
        booking.refresh_from_db()
        owed = booking.deposit_due if purpose == Purpose.DEPOSIT else booking.balance
        at = min(at, self.now)
        payment = record_manual_payment(
            booking_id=booking.pk,
            method=Payment.Method.ZELLE if method == Payment.Method.STRIPE else method,
            amount=amount or owed,
            payment_type=purpose,
            received_at=at,
            actor=self.people.support,
            now=at,
        )
        # The row's own clock can't be passed in, and lists go by it.
        Payment.objects.filter(pk=payment.pk).update(created_at=at)

    def _pay_by_card(
        self, booking: Booking, purpose: Purpose, amount: int | None, *, card: str
    ) -> None:
        """What the frontend and the webhook do, one after the other."""
        wanted = Wanted(
            booking_id=booking.pk,
            user=self.people.support,
            surface=Payment.Surface.ELEMENTS,
            payment_type=purpose,
            amount=amount,
        )
        started = start_payment(wanted, now=self.now)
        # The declined card's attempt has failed, and stays open for another card.
        with suppress(CardDeclined):
            gateway.confirm_payment_intent(
                started.stripe_object["id"],
                payment_method=card,
                key=f"demo-confirm-{started.payment.pk}",
            )
        refresh_payment(payment_id=started.payment.pk, now=self.now)

    def pay_late(self, party: Party) -> None:
        """Let the money come for a place that is gone by now."""
        gone = Booking.objects.filter(notes=party.mark, status=Status.EXPIRED).first()
        if party.late and gone:
            record_manual_payment(
                booking_id=gone.pk,
                method=Payment.Method.ZELLE,
                amount=party.late,
                received_at=self.now,
                actor=self.people.support,
                now=self.now,
            )

    def _refund(self, booking: Booking, purpose: Purpose, amount: int, notes: str) -> None:
        paid = Payment.objects.succeeded().get(booking=booking, payment_type=purpose)
        refund_payment(
            payment_id=paid.pk,
            amount=amount,
            may_ask=True,
            actor=self.people.manager,
            reason="requested_by_customer",
            notes=notes,
            now=self.now,
        )

    def _invoice(self, booking: Booking) -> Invoice:
        return create_balance_invoice(
            booking_id=booking.pk, days_until_due=None, actor=self.people.finance, now=self.now
        )
