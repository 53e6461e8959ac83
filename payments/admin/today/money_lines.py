"""Lines about payments, refunds, disputes, and what Stripe tells us."""

import datetime as dt
from dataclasses import replace

from payments.admin import (
    approval_page,
    attention_page,
    evidence_page,
    paid_back_page,
    record_payment_page,
)
from payments.admin.deadline import URGENT, countdown
from payments.admin.dispute_reasons import reason_in_words
from payments.admin.links import purpose
from payments.admin.today.booking_lines import base
from payments.admin.today.line import Line, action, days_since, in_place, left, page_of, since
from payments.models import (
    Attention,
    Difference,
    Dispute,
    Invoice,
    MoneyIn,
    Payment,
    Payout,
    Refund,
    WebhookEvent,
)


def failing_deposit(payment: Payment, now: dt.datetime) -> Line:
    """A card that does not pay for a place that is held."""
    expires = payment.booking.hold_expires_at or now
    at_the_bank = payment.status == Payment.Status.REQUIRES_ACTION
    why = payment.failure_message or payment.failure_code or payment.get_status_display()
    return replace(
        base(payment.booking),
        about="The bank waits for the customer to confirm it" if at_the_bank else why,
        cents=payment.amount,
        currency=payment.currency,
        when=f"lapses {left(expires, now=now)}",
        hurry=True,
        actions=(action("Record payment…", record_payment_page.NAME, payment.booking_id),),
    )


def dispute(open_one: Dispute, now: dt.datetime) -> Line:
    """A bank that waits for our answer."""
    due_by = open_one.evidence_due_by
    return replace(
        base(open_one.payment.booking),
        url=page_of(open_one),
        about=reason_in_words(open_one.reason),
        cents=open_one.amount,
        currency=open_one.currency,
        when=countdown(due_by, now=now) if due_by else "no deadline known",
        hurry=due_by is not None and due_by - now < URGENT,
        actions=(action("Answer…", evidence_page.NAME, open_one.pk),),
    )


def question(open_one: Attention, now: dt.datetime) -> Line:
    """Something that only a person can decide."""
    amount, reason = open_one.facts.get("amount"), open_one.facts.get("reason")
    return replace(
        base(open_one.booking),
        url=page_of(open_one),
        about=str(reason).replace("_", " ").capitalize() if reason else "",
        cents=amount if isinstance(amount, int) else None,
        when=since(open_one.opened_at, now=now),
        actions=(action("Decide…", attention_page.NAME, open_one.pk),),
    )


def _refund(refund: Refund, now: dt.datetime) -> Line:
    return replace(
        base(refund.payment.booking),
        url=page_of(refund),
        about=", ".join(filter(None, (refund.reason.replace("_", " "), purpose(refund.payment)))),
        cents=refund.amount,
        currency=refund.currency,
        when=f"asked {since(refund.created_at, now=now)}",
    )


def to_approve(refund: Refund, now: dt.datetime) -> Line:
    """A refund that waits for a second person."""
    approve = action("Approve…", approval_page.NAME, refund.pk)
    return replace(_refund(refund, now), actions=(approve,))


def to_pay_back(refund: Refund, now: dt.datetime) -> Line:
    """A refund that staff pay themselves."""
    note = action("Paid back…", paid_back_page.NAME, refund.pk)
    return replace(_refund(refund, now), actions=(note,))


def money_in(line: MoneyIn, now: dt.datetime) -> Line:
    """Money of which nobody knows what it is for."""
    return Line(
        url=page_of(line),
        name=line.sender or line.get_method_display(),
        who=line.get_method_display() if line.sender else "",
        about=line.memo,
        cents=line.amount,
        currency=line.currency,
        when=f"came {days_since(line.received_on, now=now)}",
        actions=(action("Match…", "payments_moneyin_change", line.pk),),
    )


def invoice(overdue: Invoice, now: dt.datetime) -> Line:
    """An invoice whose day has passed."""
    return replace(
        base(overdue.booking),
        url=page_of(overdue),
        about=f"Invoice {overdue.number}".strip(),
        cents=overdue.amount,
        currency=overdue.currency,
        when=f"was due {since(overdue.due_at or now, now=now)}",
        actions=(action("Record payment…", record_payment_page.NAME, overdue.booking_id),),
    )


def payout(failed: Payout, now: dt.datetime) -> Line:
    """Money that the bank did not take."""
    return Line(
        url=page_of(failed),
        name=failed.stripe_payout_id,
        cents=failed.amount,
        currency=failed.currency,
        when=f"was to arrive {days_since(failed.arrival_date, now=now)}",
    )


def event(undone: WebhookEvent, now: dt.datetime) -> Line:
    """An event that could not be processed."""
    return Line(
        url=page_of(undone),
        name=undone.type,
        about=undone.last_error.split("\n", 1)[0][:120],
        when=since(undone.received_at, now=now),
        actions=(in_place("Replay", "replay", undone),),
    )


def difference(found: Difference, now: dt.datetime) -> Line:
    """Something that is not as Stripe says."""
    mend = action("Mend…", "payments_difference_mend", found.pk)
    return Line(
        url=page_of(found),
        name=found.get_kind_display(),
        who=str(found.booking or ""),
        about=found.reason,
        when=f"seen {since(found.first_seen_at, now=now)}",
        actions=(mend,) if found.can_be_mended else (),
    )
