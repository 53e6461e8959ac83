"""What this app refuses, and what Stripe refuses, in our words."""

from myhibachi.core.errors import DomainError


class AmountMismatch(DomainError):
    """The frontend believes another amount is due than the server knows."""

    code = "amount_mismatch"


class AlreadyPaid(DomainError):
    """Stripe has taken this money already; its webhook may still be on the way."""

    code = "already_paid"


class MoreThanOwed(DomainError):
    """Staff recorded more money than the booking owes."""

    code = "more_than_owed"


class RefundRefused(DomainError):
    """The payment has not that much left, or cannot be refunded this way."""

    code = "refund_refused"


class RefundOverLimit(DomainError):
    """More than this person may refund."""

    status = 403
    code = "refund_over_limit"


class CustomerWithoutEmail(DomainError):
    """An invoice goes out by email, and this customer has none."""

    code = "customer_without_email"


class GatewayError(DomainError):
    """Stripe did not do what we asked."""


class CardDeclined(GatewayError):
    """The card was declined. Final for this card: https://docs.stripe.com/declines."""

    status = 402
    code = "card_declined"


class GatewayRejected(GatewayError):
    """Stripe refused the request itself. Final: repeating it changes nothing."""

    status = 409
    code = "stripe_rejected"


class GatewayNotFound(GatewayRejected):
    """Stripe has no such object."""

    code = "stripe_not_found"


class GatewayUnavailable(GatewayError):
    """No answer, or not now. The same call with the same key may go through later."""

    status = 503
    code = "stripe_unavailable"


class GatewayBroken(GatewayUnavailable):
    """Stripe broke, and answers so again under the same key. What it did is to be looked up."""


class InvalidSignature(DomainError):
    """The body does not carry a valid Stripe signature."""

    status = 400
    code = "invalid_signature"


class RefundChanged(DomainError):
    """Another sum would go back than the client expects.

    `extra["preview"]` has what it is now, where it comes from a cancellation.
    """

    code = "refund_changed"


class AlreadyDecided(DomainError):
    """Somebody else has decided it."""

    code = "already_decided"


class EvidenceRefused(DomainError):
    """A dispute can't be answered with this, or not any more; or Stripe refused the answer."""

    code = "evidence_refused"


class EvidenceChanged(DomainError):
    """Somebody else has saved or sent it since it was read."""

    code = "evidence_changed"


class ImportChanged(DomainError):
    """What an import would do is not any more what the person has seen."""

    code = "import_changed"


class NeedsAPerson(DomainError):
    """Money names a booking that it can't be recorded on without somebody deciding so."""

    code = "needs_a_person"


class InvoiceClosed(DomainError):
    """The invoice has been paid or voided, or is being paid: nothing can be done to it."""

    code = "invoice_closed"


class SavedCardRefused(DomainError):
    """This card can't be charged while its customer is not there."""

    code = "saved_card_refused"
