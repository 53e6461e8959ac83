"""What a booking's timeline calls what happened, for people."""

from typing import Any

from django.db.models import Model

from myhibachi.core.audit import CENTS
from myhibachi.core.models import AuditEntry
from myhibachi.core.money import format_cents
from payments.models import LedgerEntry, Payment, Refund

Kind = LedgerEntry.Kind

# What is not named here is called by its action: "evidence.saved" is "Evidence saved".
TITLES = {
    "booking.created": "Booking made",
    "booking.updated": "Order changed",
    "booking.guests_confirmed": "The number of guests is final",
    "booking.rescheduled": "Party moved",
    "booking.reseated": "Given a place again",
    "booking.bill_lowered": "Bill lowered, as goodwill",
    "booking.expired": "The hold ran out",
    "booking.completed": "The party took place",
    "booking.no_show": "No-show",
    "payment.created": "{purpose} of {amount} by {method} begun",
    "payment.status": "{purpose} of {amount} by {method}: {status}",
    "payment.refused": "Stripe refused to take {amount}",
    "refund.created": "Refund of {amount} begun",
    "refund.external": "Refund of {amount} made in Stripe's dashboard",
    "refund.status": "Refund of {amount}: {status}",
    "refund.requested": "Refund of {amount} waits for approval",
    "refund.approved": "Refund of {amount} approved",
    "refund.rejected": "Refund of {amount} not approved",
    "refund.paid_another_way": "Failed refund of {amount} is paid back another way",
    "refund.refused": "Stripe refused the refund of {amount}",
    "refund.given_up": "Refund of {amount} is not paid back",
    "dispute.status": "Dispute of {amount}: {status}",
    "dispute.accepting": "Dispute of {amount} accepted",
    "invoice.created": "Invoice for {amount} made",
    "invoice.refused": "Stripe refused the invoice for {amount}",
    "invoice.status": "Invoice for {amount}: {status}",
    "invoice.voided": "Voiding of the invoice for {amount} asked for",
    "invoice.given_up": "Invoice for {amount} given up",
    "quote.accepted": "Quote accepted",
    "waitlist.joined": "Joined the waitlist",
    "waitlist.offered": "Place of the waitlist offered",
    "waitlist.booked": "Place of the waitlist taken",
    "waitlist.lapsed": "Place of the waitlist lapsed",
    "waitlist.withdrawn": "Left the waitlist",
    "attention.opened": "Asks for a decision: {what}",
    "attention.decided": "Decided: {what}",
}
MONEY_TITLES = {
    Kind.REFUND: "Refunded",
    Kind.REFUND_REVERSAL: "A refund came back",
    Kind.DISPUTE_WITHDRAWN: "Disputed: taken back by the cardholder's bank",
    Kind.DISPUTE_REINSTATED: "Dispute: given back by the cardholder's bank",
    Kind.FEE: "Stripe's fee",
    Kind.ADJUSTMENT: "Correction of what was booked",
}
# What it keeps in words that say more than the title does.
WORDS = frozenset((
    "date", "decision", "how", "old_date", "old_time", "reason", "reference", "rule", "slot",
    "time",
))  # fmt: skip


def title_of_entry(entry: AuditEntry, subject: Model | None) -> str:
    """Return what an audit entry about `subject` says has happened."""
    words = TITLES.get(entry.action)
    if words is None or subject is None:
        return entry.action.replace(".", " ").replace("_", " ").capitalize()
    status = entry.changes.get("status")
    return words.format(
        amount=_amount(subject),
        method=method_of(subject),
        purpose=subject.get_payment_type_display() if isinstance(subject, Payment) else "",
        status=str(status[1]).replace("_", " ") if isinstance(status, list) else "",
        what=subject,
    )


def title_of_money(entry: LedgerEntry, refund: Refund | None) -> str:
    """Return what a ledger entry is, and by which way the money went."""
    kind = Kind(entry.kind)
    if kind == Kind.CHARGE and entry.payment:
        return f"{entry.payment.get_payment_type_display()} paid by {method_of(entry.payment)}"
    if kind == Kind.CHARGE:
        return "Paid"
    if kind == Kind.REFUND and refund and refund.paid_back_by:
        return f"Paid back by {refund.get_paid_back_by_display()}"
    if kind == Kind.FEE and "dispute_fee:" in entry.cause:
        return "Stripe's fee for a dispute"
    return MONEY_TITLES[kind]


def method_of(subject: Model) -> str:
    """Return the method of a payment within a sentence."""
    if not isinstance(subject, Payment):
        return ""
    names = {
        Payment.Method.STRIPE: "card",
        Payment.Method.CASH: "cash",
        Payment.Method.CHECK: "check",
    }
    return names.get(Payment.Method(subject.method), subject.get_method_display())


def changes_in_words(entry: AuditEntry) -> str:
    """Return what an entry keeps besides its title: "guests 8 → 10; total $550.00 → $610.00"."""
    title = TITLES.get(entry.action, "")
    kept = (
        (name, value)
        for name, value in entry.changes.items()
        if f"{{{name}}}" not in title and not (name == "status" and _is_said(entry, value))
    )
    return "; ".join(filter(None, (_change(name, value) for name, value in kept)))


def _is_said(entry: AuditEntry, status: Any) -> bool:
    """Whether the action itself names the status that came of it, as `booking.confirmed` does."""
    return isinstance(status, list) and entry.action.endswith(f".{status[-1]}")


def _change(name: str, value: Any) -> str:
    label = name.replace("_", " ")
    if isinstance(value, list) and len(value) == 2 and not isinstance(value[0], dict | list):
        old, new = (_shown(name, each) for each in value)
        return f"{label} {old or '–'} → {new or '–'}"
    if name in CENTS or name in WORDS:
        return f"{label} {_shown(name, value)}" if value else ""
    return ""


def _shown(name: str, value: Any) -> str:
    if name in CENTS and isinstance(value, int):
        return format_cents(value)
    return "" if value is None else str(value)


def _amount(subject: Any) -> str:
    amount = getattr(subject, "amount", None)
    return "" if amount is None else format_cents(amount, subject.currency)
