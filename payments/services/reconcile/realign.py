"""Sets a row of ours back to what Stripe says, where its own rules would not let it go.

A status that somebody changed by hand may be one that nothing leads out of. Money is not written
here: the ledger is, by the functions that take Stripe's object in afterwards.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import Customer, User
from customers.services.stripe_ids import correct_stripe_customer_id
from myhibachi.core import audit
from payments.models import Dispute, Invoice, Payment, Refund
from payments.services import manual, paid_back
from payments.services.locks import lock_invoice, lock_payment
from payments.services.reconcile import gone, invoice_rows, own_rows, payment_rows, refund_rows
from payments.services.reconcile.facts import Facts, wrong_facts

Json = dict[str, Any]


def realign(stripe_object: Json, *, actor: User | None) -> None:
    """Make the row that stands for this object say what Stripe says of it."""
    with transaction.atomic():
        ROWS[stripe_object["object"]](stripe_object, actor)


def _intent(intent: Json, actor: User | None) -> None:
    payment = payment_rows.find_payment("stripe_payment_intent_id", intent)
    if payment:
        locked = lock_payment(payment.pk)
        _set(locked, payment_rows.facts_of_intent(locked, intent), intent, actor)


def _session(session: Json, actor: User | None) -> None:
    payment = payment_rows.find_payment("stripe_checkout_session_id", session)
    if payment:
        locked = lock_payment(payment.pk)
        _set(locked, payment_rows.facts_of_session(locked, session), session, actor)


def _refund(stripe_refund: Json, actor: User | None) -> None:
    row = Refund.objects.filter(stripe_refund_id=stripe_refund["id"]).first()
    payment = payment_rows.payments_of([stripe_refund]).get(stripe_refund["payment_intent"])
    if row and payment:
        lock_payment(payment.pk)
        locked = Refund.objects.select_for_update().get(pk=row.pk)
        _set(locked, refund_rows.facts_of_refund(payment, stripe_refund), stripe_refund, actor)


def _dispute(stripe_dispute: Json, actor: User | None) -> None:
    row = Dispute.objects.filter(stripe_dispute_id=stripe_dispute["id"]).first()
    payment = payment_rows.payments_of([stripe_dispute]).get(stripe_dispute["payment_intent"])
    if row and payment:
        lock_payment(payment.pk)
        locked = Dispute.objects.select_for_update().get(pk=row.pk)
        _set(locked, refund_rows.facts_of_dispute(payment, stripe_dispute), stripe_dispute, actor)


def _invoice(stripe_invoice: Json, actor: User | None) -> None:
    for pk in invoices_of(stripe_invoice):
        locked = lock_invoice(pk)
        _set(locked, invoice_rows.facts_of_invoice(locked, stripe_invoice), stripe_invoice, actor)
    for payment, received in invoice_rows.payments_of(stripe_invoice):
        paid = lock_payment(payment.pk)
        _set(paid, invoice_rows.facts_of_paid(stripe_invoice, received), stripe_invoice, actor)


def invoices_of(stripe_invoice: Json) -> list[UUID]:
    """Return our invoice that is this one, if it is known by its id."""
    known = Invoice.objects.filter(stripe_invoice_id=stripe_invoice["id"])
    return list(known.values_list("pk", flat=True))


def _customer(stripe_customer: Json, actor: User | None) -> None:
    named = invoice_rows.named_customer(stripe_customer)
    for customer in Customer.objects.filter(pk=named):
        correct_stripe_customer_id(
            customer_id=customer.pk, stripe_customer_id=stripe_customer["id"], actor=actor
        )


ROWS: dict[str, Callable[[Json, User | None], None]] = {
    "payment_intent": _intent,
    "checkout.session": _session,
    "refund": _refund,
    "dispute": _dispute,
    "invoice": _invoice,
    "customer": _customer,
}


def _set(row: Any, facts: Facts, stripe_object: Json, actor: User | None) -> None:
    wrong = wrong_facts(row, facts)
    if not wrong:
        return
    changes: dict[str, Any] = {
        name: [str(getattr(row, name)), str(value)] for name, value in wrong.items()
    }
    for name, value in wrong.items():
        setattr(row, name, value)
    if isinstance(row, Payment):
        row.succeeded_at = payment_rows.succeeded_at(row, stripe_object)
    row.save()
    audit.record(f"{row._meta.model_name}.realigned", row, actor=actor, **changes)


def close_row(object_type: str, object_id: str, *, actor: User | None) -> None:
    """Close the row that names what Stripe does not have: nobody paid or got money by it."""
    if object_type == own_rows.PAYMENT:
        ids: list[UUID] = [UUID(object_id)]
        model: Any = Payment
    else:
        model, field = gone.NAMES[object_type]
        ids = list(model.objects.filter(**{field: object_id}).values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            row = model.objects.select_for_update().get(pk=pk)
            _set(row, {"status": CLOSED[model], "awaiting_stripe": False}, {}, actor)


CLOSED: dict[Any, str] = {
    Payment: Payment.Status.CANCELED,
    Refund: Refund.Status.FAILED,
    Invoice: Invoice.Status.VOID,
}


def manual_payment(payment_id: UUID, *, actor: User | None) -> None:
    """Set a payment that staff recorded back to the amount the audit log has."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        amount = own_rows.recorded_amounts([payment_id])[payment_id]
        _set(payment, {"amount": amount}, {}, actor)


def post_manual(payment_id: UUID, *, actor: User | None, now: datetime) -> None:
    """Post a payment that staff recorded, as recording it does."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        manual.post(payment, payment.succeeded_at or now, actor=payment.recorded_by, now=now)


def post_paid_back(refund_id: UUID, *, actor: User | None, now: datetime) -> None:
    """Post what staff have paid back, as noting it does."""
    with transaction.atomic():
        lock_payment(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
        refund = own_rows.paid_back().get(pk=refund_id)
        paid_back.post(refund, actor=own_rows.who_paid_back(refund) or actor, now=now)
