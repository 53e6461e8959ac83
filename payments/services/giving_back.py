"""Several refunds by one call: the same call again makes them once."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from customers.models import User
from payments.models import Refund
from payments.queries.returnable import Share
from payments.services.refunds import make_refund


def make_refunds(
    shares: Iterable[Share], *, call_id: UUID, reason: str, notes: str, actor: User
) -> None:
    """Write down the refund of each share, in the caller's transaction, which holds the booking.

    Args:
        call_id: what the ids of the refunds are made of.
    """
    for share in shares:
        if share.amount:
            make_refund(
                share.payment,
                share.amount,
                refund_id=uuid5(call_id, str(share.payment.pk)),
                reason=reason,
                notes=notes,
                actor=actor,
            )


def refunds_of(call_id: UUID, *, booking_id: UUID) -> tuple[Refund, ...]:
    """Return the refunds that this call made, as they stand."""
    refunds = Refund.objects.filter(payment__booking=booking_id).select_related("payment")
    return tuple(
        refund
        for refund in refunds.order_by("created_at")
        if refund.pk == uuid5(call_id, str(refund.payment_id))
    )
