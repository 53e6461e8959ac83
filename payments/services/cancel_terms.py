"""What a cancellation is asked to do, and what it comes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings import policy
from bookings.models import Booking, Status
from bookings.queries.moves import strictest_move
from customers.models import User
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.money import format_cents
from payments.models import Payment, Refund
from payments.queries.returnable import Share, left_for_party, left_of_tips, split, tax_with
from payments.services.refunds import check_limit


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How to cancel. Money in cents.

    Attributes:
        reason: the person's own words.
        expected_refund: what the person was shown that goes back; another sum cancels nothing.
        refund_amount: what staff choose to give back instead of what the policy says.
    """

    reason: str = ""
    expected_refund: int | None = None
    refund_amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a cancellation does to the money, or has done. Cents.

    Attributes:
        status: the booking's.
        shares: what goes back of each payment.
        refunds: the refunds of those shares, once they are made.
        refund_total: all that goes back; `policy_refund` is what the policy says.
        rule: the policy's sentence; `rule_code` names it.
    """

    status: str
    shares: tuple[Share, ...] = ()
    refunds: tuple[Refund, ...] = ()
    refund_total: int
    policy_refund: int
    kept: int
    rule: str
    rule_code: str

    def to_json(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "status": self.status,
            "refunds": [_of_refund(refund) for refund in self.refunds] or self._planned(),
            "refund_total": self.refund_total,
            "policy_refund": self.policy_refund,
            "kept": self.kept,
            "rule": self.rule,
            "rule_code": self.rule_code,
        }

    def _planned(self) -> list[dict[str, Any]]:
        shares = (share for share in self.shares if share.amount)
        return [_row(share.payment, share.amount) for share in shares]


def outcome_of(booking: Booking, terms: Terms, *, actor: User, now: datetime) -> Outcome:
    """Return what canceling a locked booking comes to at this moment.

    Raises:
        NotAllowed, InvalidInput, RefundOverLimit: another refund than the policy's is refused.
    """
    paid = left_for_party(booking.pk)
    said = policy.cancellation(
        booking.rules,
        paid=paid,
        deposit_due=booking.deposit_due,
        starts_at=booking.starts_at,
        now=now,
        confirmed=booking.status != Status.PENDING,
        moved_in=strictest_move(booking),
    )
    tips = left_of_tips(booking.pk)
    held = paid + tax_with(booking.pk, paid) + tips
    # A tip is for cooking that won't be done; once the party has begun staff decide.
    back = said.refund + tax_with(booking.pk, said.refund)
    by_policy = back + (0 if said.rule == policy.Rule.BEGUN else tips)
    total = by_policy
    if terms.refund_amount is not None:
        _check_override(terms, by_policy, held, actor=actor, now=now)
        total = terms.refund_amount
    return Outcome(
        status=booking.status,
        shares=split(booking.pk, total),
        refund_total=total,
        policy_refund=by_policy,
        kept=held - total,
        rule=said.sentence,
        rule_code=said.rule,
    )


def _check_override(terms: Terms, by_policy: int, held: int, *, actor: User, now: datetime) -> None:
    amount = terms.refund_amount or 0
    if not actor.has_perm("bookings.waive_fee"):
        raise NotAllowed("You may not depart from the cancellation policy.")
    if not terms.reason.strip():
        raise InvalidInput("Say why the policy is not followed.", attr="reason")
    if not 0 <= amount <= held:
        raise InvalidInput(
            f"At most {format_cents(held)} can go back.", attr="refund_amount", refundable=held
        )
    check_limit(amount - by_policy, actor=actor, now=now, attr="refund_amount")


def _of_refund(refund: Refund) -> dict[str, Any]:
    made = {"refund_id": str(refund.pk), "status": refund.status}
    return _row(refund.payment, refund.amount) | made


def _row(payment: Payment, amount: int) -> dict[str, Any]:
    return {
        "refund_id": None,
        "payment_id": str(payment.pk),
        "payment_type": payment.payment_type,
        "method": payment.method,
        "amount": amount,
        "status": None,
    }
