"""Opening and withdrawing attempts to take money, whatever the surface."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When

from bookings.services.payable import PAYABLE, due, lock_booking
from customers.models import User
from myhibachi.core import audit
from payments.errors import AlreadyPaid, AmountMismatch
from payments.models import Invoice, Payment
from payments.queries.open_cards import OWED
from payments.services.invoice_closing import make_room
from payments.services.stripe_invoices import refresh_invoice
from payments.services.surfaces import checkout, elements

Purpose = Payment.Purpose
SURFACES = {Payment.Surface.CHECKOUT: checkout, Payment.Surface.ELEMENTS: elements}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asks to pay. Amount in cents; None leaves it to the server."""

    booking_id: UUID
    user: User | None
    surface: Payment.Surface
    payment_type: str | None = None
    amount: int | None = None


def open_attempt(wanted: Wanted, *, now: datetime) -> Payment:
    """Return the one open attempt for this purpose and amount, made if there is none.

    An attempt for another amount or on another surface is closed at Stripe first, and so is an
    open invoice, so that two can't both be paid.

    Raises:
        AmountMismatch: the amount is not what is due.
        AlreadyPaid: another attempt is being paid at this moment.
        NothingDue, NotPayable: as `bookings` says.
        GatewayUnavailable: Stripe can't be reached; nothing was charged.
    """
    if wanted.payment_type != Purpose.GRATUITY:
        _ask_for_invoices(wanted.booking_id, now=now)
    payment, in_the_way = _find_or_create(wanted)
    if payment:
        return payment
    for each in in_the_way:
        if isinstance(each, Invoice):
            make_room(invoice_id=each.pk, now=now)
        else:
            withdraw(each, now=now)
    payment, in_the_way = _find_or_create(wanted)
    if payment is None:
        raise AlreadyPaid("A payment for this booking is under way. Please wait a moment.")
    return payment


def _ask_for_invoices(booking_id: UUID, *, now: datetime) -> None:
    """Take in that an open invoice was paid, which its event may not have told us yet."""
    payable = Invoice.objects.payable().filter(booking_id=booking_id)
    for invoice_id in list(payable.values_list("pk", flat=True)):
        refresh_invoice(invoice_id=invoice_id, now=now)


def withdraw(payment: Payment, *, now: datetime) -> None:
    """Close an open attempt at Stripe, so that nobody can pay it any more.

    Raises:
        GatewayUnavailable: Stripe can't be reached; the attempt stays open.
    """
    SURFACES[Payment.Surface(payment.surface)].close(payment, now=now)


def withdraw_all(*, booking_id: UUID, now: datetime) -> None:
    """Close every open attempt at what a booking owes, before it is asked for in another way.

    Raises:
        GatewayUnavailable: Stripe can't be reached; they stay open.
    """
    _ask_for_invoices(booking_id, now=now)
    for attempt in _rivals(booking_id, Purpose.BALANCE):
        withdraw(attempt, now=now)


def out_of_step() -> QuerySet[Payment]:
    """Return the open attempts at another amount than is owed, or at what takes no payments.

    One that Stripe is processing can't be closed: what comes of it is counted as it comes.
    """
    whole = Case(
        When(payment_type=Purpose.DEPOSIT, then=F("booking__deposit_due")),
        default=F("booking__total"),
    )
    is_owed = Q(amount=whole - F("booking__paid")) | ~Q(payment_type__in=OWED)
    attempts = Payment.objects.open().filter(method=Payment.Method.STRIPE, awaiting_stripe=False)
    return attempts.exclude(status=Payment.Status.PROCESSING).exclude(
        is_owed, booking__status__in=PAYABLE
    )


def _find_or_create(wanted: Wanted) -> tuple[Payment | None, list[Payment | Invoice]]:
    """Return the attempt, or what stands in its way."""
    with transaction.atomic(durable=True):
        booking = lock_booking(wanted.booking_id)
        owed = due(booking, payment_type=wanted.payment_type, amount=wanted.amount)
        if wanted.amount not in (None, owed.amount):
            raise AmountMismatch(
                f"The amount due is {owed.amount} cents.",
                attr="amount",
                expected_amount=owed.amount,
                payment_type=owed.payment_type,
            )
        rivals = _rivals(booking.pk, owed.payment_type)
        mine = [
            rival
            for rival in rivals
            if (rival.payment_type, rival.amount, rival.surface)
            == (owed.payment_type, owed.amount, wanted.surface)
        ]
        invoices = _payable_invoices(booking.pk) if owed.payment_type in OWED else []
        if rivals or invoices:
            is_open = mine == rivals and not invoices
            return (mine[0], []) if is_open else (None, [*rivals, *invoices])
        payment = Payment.objects.create(
            booking=booking,
            customer_id=booking.customer_id,
            method=Payment.Method.STRIPE,
            surface=wanted.surface,
            payment_type=owed.payment_type,
            amount=owed.amount,
            awaiting_stripe=True,
        )
        audit.record("payment.created", payment, actor=wanted.user, amount=owed.amount)
        return payment, []


def _rivals(booking_id: UUID, payment_type: str) -> list[Payment]:
    """The open attempts of which only one may be paid."""
    types = OWED if payment_type in OWED else (payment_type,)
    stripe = Payment.objects.open().filter(booking_id=booking_id, method=Payment.Method.STRIPE)
    return list(stripe.filter(payment_type__in=types).order_by("created_at"))


def _payable_invoices(booking_id: UUID) -> list[Invoice]:
    return list(Invoice.objects.payable().filter(booking_id=booking_id))
