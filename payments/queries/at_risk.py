"""What banks may yet decide against us."""

from uuid import UUID

from django.db.models import Sum

from payments.models import Dispute


def at_risk(booking_id: UUID) -> int:
    """Return what is disputed of a booking's payments and not decided yet, in cents.

    Inquiries too, which have taken nothing so far; tips as well. What a bank has withdrawn
    meanwhile is at risk until it is lost or comes back.
    """
    undecided = Dispute.objects.filter(payment__booking=booking_id).exclude(
        status__in=Dispute.CLOSED
    )
    return undecided.aggregate(total=Sum("amount"))["total"] or 0
