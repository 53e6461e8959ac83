"""What a comparison found, and what would mend it."""

from dataclasses import dataclass
from uuid import UUID

from payments.models import Difference, LedgerEntry

Kind = Difference.Kind

REMEDIES = {
    Kind.MIRROR_MISSING: "Copy Stripe's object into the mirror.",
    Kind.MIRROR_DIFFERS: "Copy Stripe's current object into the mirror.",
    Kind.MIRROR_EXTRA: "Mark the copy as deleted.",
    Kind.ROW_MISSING: "Take Stripe's object in, as its event would have.",
    Kind.ROW_DIFFERS: "Set our row to what Stripe says, and take Stripe's object in again.",
    Kind.UNANSWERED: "Ask Stripe again, with the same key.",
    Kind.LEDGER_MISSING: "Post the missing entry, as Stripe's event would have.",
    Kind.LEDGER_DIFFERS: "Post an adjustment; the entry itself stays.",
    Kind.LEDGER_EXTRA: "Post an adjustment that takes it back; the entry itself stays.",
    Kind.GONE_AT_STRIPE: "Close our row: Stripe never took or moved this money.",
    Kind.PROJECTION: "Compute the booking's total from the ledger again.",
}
BY_HAND = "Nothing mends this by itself: "


@dataclass(frozen=True, kw_only=True)
class Correction:
    """An adjustment that makes the entries of a cause add up. Signed cents.

    Attributes:
        number: which adjustment of its cause it is.
    """

    cause: str
    number: int
    booking_id: UUID
    payment_id: UUID | None
    kind: LedgerEntry.Kind
    amount: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """One difference, in plain words.

    Attributes:
        object_type: Stripe's name of its type, or the label of a table of ours.
        by_hand: what a person has to do, where nothing mends it.
    """

    kind: Kind
    object_type: str
    object_id: str
    reason: str
    booking_id: UUID | None = None
    by_hand: str = ""
    corrections: tuple[Correction, ...] = ()

    @property
    def can_be_mended(self) -> bool:
        return not self.by_hand

    @property
    def remedy(self) -> str:
        return BY_HAND + self.by_hand if self.by_hand else REMEDIES[self.kind]
