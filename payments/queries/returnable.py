"""What can still go back of a booking's money."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, Sum, Value, When

from payments.models import Payment, Refund
from payments.queries.disputed import contested
from payments.queries.ledger import paid_towards
from payments.queries.refund_totals import with_refund_totals
from payments.queries.tax import towards_bill, with_tax

TIP = Payment.Purpose.GRATUITY


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of one payment: `left` to refund, and how much of it goes back. Cents.

    Nothing goes back of one that is `contested`: its bank has it, and Stripe refunds none of it.
    """

    payment: Payment
    left: int
    amount: int
    contested: bool = False


def split(booking_id: UUID, total: int | None = None) -> tuple[Share, ...]:
    """Return how a refund is spread over a booking's payments: tips first, then the newest first.

    So what is kept stays on the oldest payment, which is the deposit as a rule. Refunds under way
    and what disputes took count as gone.

    Args:
        total: cents that go back, at most all that is left; None is all of it.
    """
    shares = []
    for payment in _payments(booking_id):
        left = 0 if payment.contested else payment.left
        amount = left if total is None else min(left, total)
        total = None if total is None else total - amount
        shares.append(Share(payment=payment, left=left, amount=amount, contested=payment.contested))
    return tuple(shares)


def left_for_party(booking_id: UUID) -> int:
    """Return what is left of what was paid for the party itself, in cents, without tips and tax.

    It is no more than what can be refunded, nor than the books have once what is under way is
    gone: a charge that was both refunded and disputed has taken from the others.
    """
    under_way = Refund.objects.under_way().filter(payment__booking=booking_id)
    by_payment = under_way.exclude(payment__payment_type=TIP).values_list("payment")
    in_books = paid_towards(booking_id, going=dict(by_payment.annotate(cents=Sum("amount"))))
    refundable = sum(_of_bill(share) for share in _for_party(booking_id))
    return max(min(in_books, refundable), 0)


def tax_with(booking_id: UUID, refund: int) -> int:
    """Return the tax that goes back with so many cents of what was paid for the party.

    Spread as `split` does it. Half a cent is the customer's.
    """
    tax = 0
    for share in _for_party(booking_id):
        bill = _of_bill(share)
        back = min(bill, refund)
        refund -= back
        tax += share.left - with_tax(bill - back, share.payment) - back
    return tax


def _for_party(booking_id: UUID) -> list[Share]:
    return [share for share in split(booking_id) if share.payment.payment_type != TIP]


def _of_bill(share: Share) -> int:
    return towards_bill(share.left, amount=share.payment.amount, tax=share.payment.tax)


def left_of_tips(booking_id: UUID) -> int:
    """Return what is left of the tips, in cents."""
    return sum(share.left for share in split(booking_id) if share.payment.payment_type == TIP)


def _payments(booking_id: UUID) -> QuerySet[Any]:
    tips_first = Case(When(payment_type=TIP, then=Value(0)), default=Value(1))
    payments = Payment.objects.succeeded().filter(booking=booking_id)
    payments = payments.annotate(contested=contested())
    return with_refund_totals(payments).order_by(tips_first, "-succeeded_at", "-pk")
