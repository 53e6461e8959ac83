"""The states of a refund that people see: Stripe's statuses, and what we know besides."""

from payments.models import Payment, Refund

Status = Refund.Status
WAITS, TO_PAY_BACK, NOT_APPROVED, REVERSED = (
    "waits_for_approval", "to_pay_back", "not_approved", "reversed",
)  # fmt: skip
WORDS = {
    WAITS: "Waits for approval",
    TO_PAY_BACK: "To be paid back by hand",
    NOT_APPROVED: "Not approved",
    REVERSED: "Reversed by the bank",
}
CHOICES = [*Status.choices, *WORDS.items()]


def state_of(refund: Refund) -> str:
    """Return the state of a refund whose payment is at hand; one of `CHOICES`.

    A refund that succeeded and came back later is `reversed`; one that never arrived has `failed`.
    """
    if refund.approval == Refund.Approval.REJECTED:
        return NOT_APPROVED
    if refund.status == Status.FAILED and refund.succeeded_at:
        return REVERSED
    if refund.status != Status.PENDING:
        return refund.status
    if refund.approval == Refund.Approval.REQUESTED:
        return WAITS
    by_hand = refund.by_hand or refund.payment.method != Payment.Method.STRIPE
    return TO_PAY_BACK if by_hand else Status.PENDING


def in_words(refund: Refund) -> str:
    """Return the state of a refund as people read it."""
    return str(dict(CHOICES)[state_of(refund)])
