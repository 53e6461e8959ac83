"""Charges that a bank has taken back for now: Stripe refunds nothing of them."""

from django.db.models import Exists, OuterRef

from payments.models import Dispute, Payment

# An inquiry (`warning_…`) is none of them: a refund closes it.
# https://docs.stripe.com/disputes/how-disputes-work#inquiries
CONTESTED = (Dispute.Status.NEEDS_RESPONSE, Dispute.Status.UNDER_REVIEW)
WHY_NOT = "The cardholder disputes this charge: answer or accept the dispute instead."


def is_contested(payment: Payment) -> bool:
    """Return whether a dispute of this payment is open that is more than an inquiry."""
    return payment.disputes.filter(status__in=CONTESTED).exists()


def contested() -> Exists:
    """Return the same as a condition on payments."""
    return Exists(Dispute.objects.filter(payment=OuterRef("pk"), status__in=CONTESTED))
