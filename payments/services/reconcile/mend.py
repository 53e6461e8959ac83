"""Mends what was found: Stripe's current object through the functions its event goes through."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bookings.services.payable import lock_booking
from customers.models import User
from myhibachi.core.errors import DomainError
from payments import gateway, mirror
from payments.models import Payment
from payments.services import disputes, intents, ledger, stripe_invoices, stripe_refunds, sweep
from payments.services.reconcile import book_rows, own_rows, realign
from payments.services.reconcile.found import Found, Kind
from payments.services.reconcile.subjects import check_one
from payments.services.stripe_customers import apply_stripe_customer
from payments.services.surfaces import checkout

Json = dict[str, Any]

# Mending one thing may bring up the next: a missing row, then its missing entry.
ROUNDS = 4


def mend(
    object_type: str,
    object_id: str,
    *,
    actor: User | None,
    now: datetime,
    spare: frozenset[Kind] = frozenset(),
) -> tuple[list[Found], str]:
    """Mend what is wrong with one object, and look again.

    Args:
        spare: kinds to leave as they are.

    Returns:
        what is still wrong, and why mending it failed, if it did.
    """
    found: list[Found] = []
    for _ in range(ROUNDS):
        found = check_one(object_type, object_id, now=now)
        can_be = [each for each in found if each.can_be_mended and each.kind not in spare]
        if not can_be:
            return found, ""
        to_mend = in_order(can_be)[0]
        try:
            MENDERS[to_mend.kind](to_mend, actor, now)
        except DomainError as error:
            return found, error.detail
        except IntegrityError as error:
            return found, f"The database refused it: {str(error).splitlines()[0]}"
    return check_one(object_type, object_id, now=now), ""


def in_order(found: list[Found]) -> list[Found]:
    """Return them in the order in which they are mended."""
    return sorted(found, key=lambda each: list(Kind).index(each.kind))


def _mirror(found: Found, actor: User | None, now: datetime) -> None:
    mirror.store(gateway.retrieve(found.object_type, found.object_id))


def _mark_deleted(found: Found, actor: User | None, now: datetime) -> None:
    mirror.store({"id": found.object_id, "object": found.object_type, "deleted": True})


def _row(found: Found, actor: User | None, now: datetime) -> None:
    if found.object_type == own_rows.PAYMENT:
        realign.manual_payment(UUID(found.object_id), actor=actor)
        return
    if found.object_type in book_rows.BOOKS:
        book_rows.take_in(found.object_type, found.object_id, now=now)
        return
    current = gateway.retrieve(
        found.object_type, found.object_id, expand=EXPAND.get(found.object_type, ())
    )
    realign.realign(current, actor=actor)
    TAKE_IN[found.object_type](current, now)


def _entry(found: Found, actor: User | None, now: datetime) -> None:
    if found.object_type == own_rows.PAYMENT:
        realign.post_manual(UUID(found.object_id), actor=actor, now=now)
    elif found.object_type == own_rows.REFUND:
        realign.post_paid_back(UUID(found.object_id), actor=actor, now=now)
    else:
        current = gateway.retrieve(found.object_type, found.object_id)
        TAKE_IN[found.object_type](current, now)


def _adjust(found: Found, actor: User | None, now: datetime) -> None:
    with transaction.atomic():
        for each in found.corrections:
            ledger.adjust(
                cause=each.cause,
                number=each.number,
                booking_id=each.booking_id,
                payment_id=each.payment_id,
                kind=each.kind,
                amount=each.amount,
                actor=actor,
                now=now,
            )


def _close_row(found: Found, actor: User | None, now: datetime) -> None:
    realign.close_row(found.object_type, found.object_id, actor=actor)


def _ask_again(found: Found, actor: User | None, now: datetime) -> None:
    finish = {
        own_rows.PAYMENT: sweep.finish_payment,
        own_rows.REFUND: sweep.finish_refund,
        own_rows.INVOICE: sweep.finish_invoice,
    }
    finish[found.object_type](UUID(found.object_id), now)


def _settle(found: Found, actor: User | None, now: datetime) -> None:
    booking_id = UUID(found.object_id)
    with transaction.atomic():
        # First: the total is computed from what no other process is adding to.
        lock_booking(booking_id)
        ledger.settle_booking(booking_id=booking_id, now=now)


def _take_in_charge(charge: Json, now: datetime) -> None:
    for payment in Payment.objects.filter(stripe_payment_intent_id=charge["payment_intent"]):
        intents.refresh_payment(payment_id=payment.pk, now=now)


def _take_in_invoice(stripe_invoice: Json, now: datetime) -> None:
    stripe_invoices.apply_stripe_invoice(stripe_invoice, now=now)
    for invoice_id in realign.invoices_of(stripe_invoice):
        stripe_invoices.refresh_invoice(invoice_id=invoice_id, now=now)


EXPAND = {"payment_intent": ("latest_charge",), "invoice": ("payments",)}
TAKE_IN: dict[str, Callable[[Json, datetime], None]] = {
    "customer": lambda found, now: apply_stripe_customer(found),
    "payment_intent": lambda found, now: intents.apply_payment_intent(found, as_of=None, now=now),
    "checkout.session": lambda found, now: checkout.apply_checkout_session(found, now=now),
    "charge": _take_in_charge,
    "refund": lambda found, now: stripe_refunds.apply_stripe_refund(found, as_of=now),
    "dispute": lambda found, now: disputes.apply_stripe_dispute(
        found, as_of=now.replace(microsecond=0)
    ),
    "invoice": _take_in_invoice,
}
MENDERS: dict[Kind, Callable[[Found, User | None, datetime], None]] = {
    Kind.MIRROR_MISSING: _mirror,
    Kind.MIRROR_DIFFERS: _mirror,
    Kind.MIRROR_EXTRA: _mark_deleted,
    Kind.ROW_MISSING: _row,
    Kind.ROW_DIFFERS: _row,
    Kind.UNANSWERED: _ask_again,
    Kind.LEDGER_MISSING: _entry,
    Kind.LEDGER_DIFFERS: _adjust,
    Kind.LEDGER_EXTRA: _adjust,
    Kind.GONE_AT_STRIPE: _close_row,
    Kind.PROJECTION: _settle,
}
