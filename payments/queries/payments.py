"""Finding payments and what belongs to them, for the person who asks."""

from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Model, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from customers.models import Customer, User
from customers.roles import is_staff_role
from myhibachi.core.errors import NotFound
from payments.models import LedgerEntry, Payment, Refund
from payments.queries.refund_totals import with_refund_totals

T = TypeVar("T", bound=Model)


def only_visible(
    rows: QuerySet[T], *, user: User | AnonymousUser, customer: str = "customer_id"
) -> QuerySet[T]:
    """Return what someone may see of `rows`: staff all, a customer their own, others nothing.

    Args:
        customer: where these rows name their customer.
    """
    if is_staff_role(user):
        return rows
    if not isinstance(user, User):
        return rows.none()
    # By its id, which the lists' indexes start with, rather than through a join.
    own = Customer.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
    return rows.filter(**{customer: own}) if own else rows.none()


def find_payment(payment_id: UUID, *, user: User | AnonymousUser) -> Payment:
    """Return the payment with this id.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    payment = only_visible(Payment.objects.all(), user=user).filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("There is no such payment.", attr="payment_id")
    return payment


def detailed(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Add what is shown of each payment: its booking, refunds and totals, in two queries.

    The totals are cents: `refunded`, `refunding`, `left`, `net` and `fee`.
    """
    refunds = Prefetch("refunds", Refund.objects.order_by("created_at", "pk"))
    totals = _with_ledger_totals(with_refund_totals(payments))
    return totals.select_related("booking").prefetch_related(refunds)


def _with_ledger_totals(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Annotate `net`, what a payment has brought after all, and `fee`, what it cost, in cents."""
    entries = LedgerEntry.objects.filter(payment=OuterRef("pk"))
    fees = entries.filter(kind=LedgerEntry.Kind.FEE)
    return payments.annotate(net=_total(entries), fee=-_total(fees))


def _total(entries: QuerySet[LedgerEntry]) -> Any:
    total = entries.order_by().values("payment").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
