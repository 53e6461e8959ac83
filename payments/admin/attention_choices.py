"""What can be decided about each kind of question, and where the rest of it is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from myhibachi.core.money import format_cents
from payments.admin import another_way_page, cancel_page, fraud_warning_page
from payments.models import Attention, Refund
from payments.services.attention import NOTED, note_only
from payments.services.disputes import KEPT, keep_booking
from payments.services.external_refunds import (
    BILL_LOWERED,
    OWED_AGAIN,
    lower_bill_by_refund,
    owe_again,
)

Kind = Attention.Kind


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something to decide here: its name, what it says, what follows, and the call that does it."""

    label: str
    effect: str
    do: Callable[..., object]


NOTE = Choice(
    label="Note it: nothing is to be done here",
    effect="Nothing changes. Nobody is asked about it again.",
    do=note_only,
)


KEEP = Choice(
    label="Keep the booking",
    effect="The party takes place. The dispute goes on: answer it, or accept it, on its own page.",
    do=keep_booking,
)
# What may end in canceling.
BOOKING_AT_STAKE = (Kind.EXTERNAL_REFUND, Kind.DISPUTE)


def choices(question: Attention) -> dict[str, Choice]:
    """Return what can be decided about a question, by its decision."""
    if question.kind == Kind.DISPUTE:
        return {KEPT: KEEP, NOTED: NOTE}
    if question.kind != Kind.EXTERNAL_REFUND:
        return {NOTED: NOTE}
    amount = format_cents(question.facts["amount"])
    return {
        OWED_AGAIN: Choice(
            label=f"Keep the booking: the {amount} is owed again",
            effect="The booking and its bill stay as they are: the balance has grown by what was "
            "refunded.",
            do=owe_again,
        ),
        BILL_LOWERED: Choice(
            label=f"Lower the bill by {amount}, as goodwill",
            effect="A line “Goodwill refund” goes on the bill, and what was refunded is not owed "
            "again. The customer is told of the new total by e-mail.",
            do=lower_bill_by_refund,
        ),
        NOTED: NOTE,
    }


def elsewhere(question: Attention, request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Yield what can be done on other pages: what it is, and its address."""
    facts, payment, booking = question.facts, question.payment, question.booking
    if question.kind in BOOKING_AT_STAKE and cancel_page.is_offered(booking, request):
        yield "Cancel the booking…", reverse(f"admin:{cancel_page.NAME}", args=[booking.pk])
    if question.kind == Kind.REFUND_FAILED:
        refund = Refund.objects.select_related("payment").get(pk=facts["refund_id"])
        if another_way_page.is_offered(refund, request):
            page = f"admin:{another_way_page.NAME}"
            yield "Pay it back another way…", reverse(page, args=[refund.pk])
    if question.kind == Kind.DISPUTE:
        page = "admin:payments_dispute_change"
        yield "The dispute", reverse(page, args=[facts["dispute_id"]])
    if question.kind == Kind.EARLY_FRAUD_WARNING:
        page = f"admin:{fraud_warning_page.NAME}"
        yield "Refund it, or trust it…", reverse(page, args=[facts["warning_id"]])
    may_refund = request.user.has_perm("payments.refund_payment")
    if question.kind == Kind.DUPLICATE_PAYMENT and payment and may_refund:
        page = "admin:payments_payment_refund"
        yield "Refund the second payment…", reverse(page, args=[payment.pk])
        yield "Refund the first payment…", reverse(page, args=[facts["other"]["id"]])
