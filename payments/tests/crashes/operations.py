"""What moves money through Stripe: how it begins, how its caller repeats it, and where it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.ids import uuid7
from payments.models import Invoice, LedgerEntry, Payment, Refund
from payments.services.attempts import Wanted
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.evidence import submit_evidence
from payments.services.invoices import create_balance_invoice
from payments.services.refunds import refund_payment
from payments.services.start import start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import disputed, save, submissions
from payments.tests.services.parties import made_at_stripe, pay
from payments.webhooks.process import process_event

DEPOSIT, TOTAL = 10000, 55000


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that may be cut off.

    Attributes:
        work: what is killed; its caller may repeat it after the restart.
        finish: what the customer does then, where the money only moves by that.
        end: what there is in the end, at Stripe and in our books.
        expected: the same if all of it has happened, and once.
    """

    work: Callable[[], object]
    finish: Callable[[], object] = lambda: None
    end: Callable[[], Any]
    expected: Any


def restart() -> None:
    """Let the sweeper and Stripe's deliveries come by, as they do after a restart."""
    later = timezone.now() + timedelta(minutes=2)
    sweep_stripe_calls(now=later)
    stripe.deliver()
    sweep_stripe_calls(now=later)


def books(booking: Booking) -> dict[str, int]:
    """Return what the ledger has of a booking but for fees, and what the booking says is paid."""
    sums: dict[str, int] = {}
    for kind, cents in LedgerEntry.objects.filter(booking=booking).values_list("kind", "amount"):
        sums[kind] = sums.get(kind, 0) + cents
    sums.pop("fee", None)
    return sums | {"paid": Booking.objects.get(pk=booking.pk).paid}


def charged() -> list[int]:
    """Return what cards were charged at Stripe, in cents."""
    found = stripe.call("GET", "charges", limit=100)["data"]
    return sorted(charge["amount"] for charge in found if charge["paid"])


def _finance() -> User:
    user: User = UserFactory(role="finance")
    return user


def refund() -> Operation:
    """A part of a card payment goes back."""
    payment, actor, refund_id = pay(BookingFactory()), _finance(), uuid7()

    def work() -> None:
        refund_payment(
            payment_id=payment.pk,
            amount=4000,
            actor=actor,
            refund_id=refund_id,
            now=timezone.now(),
        )

    def end() -> Any:
        rows = list(Refund.objects.values_list("amount", "status", "awaiting_stripe"))
        return made_at_stripe(), rows, books(payment.booking)

    refunded = {"charge": DEPOSIT, "refund": -4000, "paid": DEPOSIT - 4000}
    return Operation(work=work, end=end, expected=([4000], [(4000, "succeeded", False)], refunded))


def cancellation() -> Operation:
    """A booking is canceled, and all of what was paid goes back."""
    booking, actor, call_id = BookingFactory(), _finance(), uuid7()
    pay(booking)

    def work() -> None:
        cancel_booking(
            booking_id=booking.pk,
            terms=Terms(),
            cancellation_id=call_id,
            actor=actor,
            now=timezone.now(),
        )

    def end() -> Any:
        status = Booking.objects.get(pk=booking.pk).status
        return status, made_at_stripe(), books(booking)

    back = {"charge": DEPOSIT, "refund": -DEPOSIT, "paid": 0}
    return Operation(work=work, end=end, expected=("canceled", [DEPOSIT], back))


def _start(surface: Payment.Surface) -> tuple[Booking, Callable[[], stripe.Json]]:
    booking, user = BookingFactory(), UserFactory()
    wanted = Wanted(booking_id=booking.pk, user=user, surface=surface)
    return booking, lambda: start_payment(wanted, now=timezone.now()).stripe_object


def _paid_once(booking: Booking) -> Any:
    attempts = list(Payment.objects.values_list("status", "awaiting_stripe"))
    return charged(), attempts, books(booking)


PAID_ONCE = ([DEPOSIT], [("succeeded", False)], {"charge": DEPOSIT, "paid": DEPOSIT})


def checkout() -> Operation:
    """A customer opens Stripe's page, again after the crash, and pays there."""
    booking, start = _start(Payment.Surface.CHECKOUT)

    def finish() -> None:
        page = f"payment_pages/{start()['id']}/confirm"
        stripe.call("POST", page, payment_method="pm_card_visa")

    return Operation(work=start, finish=finish, end=lambda: _paid_once(booking), expected=PAID_ONCE)


def payment_intent() -> Operation:
    """A customer begins to pay on our own page, again after the crash, and pays."""
    booking, start = _start(Payment.Surface.ELEMENTS)

    def finish() -> None:
        start()
        stripe.confirm(Payment.objects.get())

    return Operation(work=start, finish=finish, end=lambda: _paid_once(booking), expected=PAID_ONCE)


def invoice() -> Operation:
    """Staff send the balance's invoice, and the customer pays it."""
    booking, actor = BookingFactory(), _finance()

    def work() -> None:
        create_balance_invoice(
            booking_id=booking.pk, days_until_due=None, actor=actor, now=timezone.now()
        )

    def finish() -> None:
        [made] = Invoice.objects.all()
        how = {"payment_method": "pm_card_visa"}
        stripe.call("POST", f"invoices/{made.stripe_invoice_id}/pay", **how)

    def end() -> Any:
        at_stripe = stripe.call("GET", "invoices", limit=100)["data"]
        rows = list(Invoice.objects.values_list("amount", "status", "awaiting_stripe"))
        sent = [(each["status"], each["total"]) for each in at_stripe]
        return sent, rows, charged(), books(booking)

    paid = {"charge": TOTAL, "paid": TOTAL}
    expected = ([("paid", TOTAL)], [(TOTAL, "paid", False)], [TOTAL], paid)
    return Operation(work=work, finish=finish, end=end, expected=expected)


def evidence() -> Operation:
    """Finance answer a dispute."""
    dispute, actor = disputed(), _finance()
    draft = save(dispute, actor)

    def work() -> None:
        submit_evidence(
            dispute_id=dispute.pk, seen=draft.updated_at, actor=actor, now=timezone.now()
        )

    def end() -> Any:
        dispute.refresh_from_db()
        return submissions(dispute), dispute.status, books(dispute.payment.booking)

    taken = {"charge": DEPOSIT, "dispute_withdrawn": -DEPOSIT, "paid": 0}
    return Operation(work=work, end=end, expected=(1, "under_review", taken))


def event() -> Operation:
    """A worker processes Stripe's word that a customer has paid."""
    booking, start = _start(Payment.Surface.ELEMENTS)
    start()
    stripe.confirm(Payment.objects.get())
    [paid] = stripe.events("payment_intent.succeeded")
    stripe.receive(paid)

    def work() -> None:
        process_event(stripe_event_id=paid["id"], now=timezone.now())

    return Operation(work=work, end=lambda: _paid_once(booking), expected=PAID_ONCE)


# How many moments each of them has, at which it can be killed.
OPERATIONS: dict[Callable[[], Operation], int] = {
    refund: 20,
    cancellation: 20,
    checkout: 14,
    payment_intent: 14,
    invoice: 24,
    evidence: 8,
    event: 6,
}
