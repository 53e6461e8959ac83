"""What was refunded of each payment, for lists: one query however many payments."""

from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from payments.models import LedgerEntry, Payment, Refund
from payments.queries.ledger import TAKEN

UNDER_WAY = (Refund.Status.PENDING, Refund.Status.REQUIRES_ACTION)


def with_refund_totals(payments: QuerySet[Payment]) -> QuerySet[Any]:
    """Annotate `refunded`, `refunding` (under way) and `left`, all in cents.

    `left` is what `payments.queries.ledger.refundable` returns for each of them.
    """
    taken = _total(LedgerEntry.objects.filter(TAKEN))
    going_back = _total(Refund.objects.filter(status__in=Refund.LIVE))
    return payments.annotate(
        refunded=_total(Refund.objects.filter(status=Refund.Status.SUCCEEDED)),
        refunding=_total(Refund.objects.filter(status__in=UNDER_WAY)),
        left=Greatest(taken - going_back, 0),
    )


def _total(rows: QuerySet[Any]) -> Coalesce:
    total = (
        rows.filter(payment=OuterRef("pk"))
        .order_by()
        .values("payment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
