"""The money of one booking as a child would count it: no database, no Stripe, no order."""

from collections import Counter
from dataclasses import dataclass, field

# Of refunds and disputes, those that still have or may get the money.
LIVE = {"to_approve", "asked", "waiting", "pending", "requires_action", "succeeded"}
UNDECIDED = {"warning_needs_response", "warning_under_review", "needs_response", "under_review"}
CONTESTED = {"needs_response", "under_review"}


@dataclass
class Back:
    """A refund, by its status at Stripe; before that it is `to_approve`, `asked` or `waiting`.

    Stripe has not answered what is `asked`; staff have to pay what is `waiting`.
    """

    amount: int
    status: str
    left_us: bool = False


@dataclass
class Claim:
    """A dispute, and what of it the bank has at this moment."""

    amount: int
    status: str
    held: int = 0


@dataclass
class Paid:
    """A payment that came in."""

    amount: int
    is_tip: bool
    by_card: bool
    adjusted: int = 0
    refunds: dict[str, Back] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)

    @property
    def net(self) -> int:
        """What we have of it by the books."""
        gone = sum(back.amount for back in self.refunds.values() if back.left_us)
        return self.amount + self.adjusted - gone - self.held

    @property
    def held(self) -> int:
        """What banks have of it."""
        return sum(claim.held for claim in self.claims.values())

    @property
    def going(self) -> int:
        """What went back, or is to."""
        return sum(back.amount for back in self.refunds.values() if back.status in LIVE)

    @property
    def refundable(self) -> int:
        """What may still be given back."""
        return max(self.amount + self.adjusted - self.held - self.going, 0)

    @property
    def is_contested(self) -> bool:
        """Whether Stripe refunds nothing of it for now."""
        return any(claim.status in CONTESTED for claim in self.claims.values())

    @property
    def left_at_stripe(self) -> int:
        """What Stripe would still refund: it has not heard of what it has not answered."""
        heard = LIVE - {"to_approve", "asked", "waiting"}
        gone = sum(back.amount for back in self.refunds.values() if back.status in heard)
        return self.amount - gone


@dataclass
class Books:
    """A booking's bill and everything that was paid for it."""

    per_guest: int
    least: int
    guests: int
    fees: int = 0
    payments: dict[str, Paid] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The bill."""
        return max(self.per_guest * self.guests, self.least) + self.fees

    @property
    def paid(self) -> int:
        """What was paid for the party itself."""
        return sum(paid.net for paid in self.payments.values() if not paid.is_tip)

    @property
    def owed(self) -> int:
        """What is left to pay."""
        return max(self.total - self.paid, 0)

    @property
    def at_risk(self) -> int:
        """What banks have not decided."""
        claims = (claim for paid in self.payments.values() for claim in paid.claims.values())
        return sum(claim.amount for claim in claims if claim.status in UNDECIDED)

    @property
    def refundable(self) -> dict[str, int]:
        """What may be given back, payment by payment."""
        return {name: paid.refundable for name, paid in self.payments.items()}
