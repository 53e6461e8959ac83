"""How many rows of each kind."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How busy the house is; a booking has four payments."""

    customers: int
    bookings: int
    refunds: int
    disputes: int
    quotes: int
    money_in: int
    events: int
    audit: int
    emails: int
    waiting: int

    @property
    def payments(self) -> int:
        """How many payments these bookings have."""
        return 4 * self.bookings


FULL = Sizes(
    customers=30_000,
    bookings=50_000,
    refunds=12_000,
    disputes=1_500,
    quotes=20_000,
    money_in=5_000,
    events=300_000,
    audit=300_000,
    emails=60_000,
    waiting=2_000,
)
# Enough for every state to be there, and for every list to have a second page.
SMALL = Sizes(
    customers=600,
    bookings=1_000,
    refunds=800,
    disputes=100,
    quotes=400,
    money_in=200,
    events=1_000,
    audit=1_000,
    emails=600,
    waiting=120,
)
