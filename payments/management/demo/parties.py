"""The demo's parties: when, how many, and how they are paid. The same every time."""

from dataclasses import dataclass

from bookings.pricing import Item
from payments.models import Payment

Method = Payment.Method
LOCATIONS = (
    "123 Main St, San Jose, CA 95112",
    "8 Harbor Dr, Sausalito, CA 94965",
    "77 Oak Ave, Fremont, CA 94539",
    "410 Vine St, Napa, CA 94559",
    "2200 J St, Sacramento, CA 95816",
)
TIMES = ("18:00", "15:00", "12:00", "21:00")
CASHLIKE = (Method.ZELLE, Method.CASH, Method.VENMO, Method.CHECK)


@dataclass(frozen=True, kw_only=True)
class Party:
    """One booking and its money.

    `day` is when it is and `booked` when somebody booked it, both in days from today. `tip`,
    `refund`, `asked_back` and `late` are cents.

    Attributes:
        held: how many minutes ago it was booked, on top of `booked`.
        card: the test card that the deposit is paid with.
        refund: goes back from a deposit paid by card.
        asked_back: what a manager asks for of the balance, above what managers may refund.
        late: money that comes by Zelle once the place is gone.
        unmarked: nobody says that it took place.
    """

    number: int
    day: int
    guests: int
    contact: int | None = None
    booked: int = 0
    add_ons: tuple[Item, ...] = ()
    deposit: Method | None = None
    balance: Method | None = None
    tip: int = 0
    refund: int = 0
    invoice: bool = False
    held: int = 0
    card: str = "pm_card_visa"
    asked_back: int = 0
    late: int = 0
    unmarked: bool = False
    place: str = ""

    @property
    def mark(self) -> str:
        """What tells it from other bookings, for people and for the next run."""
        return f"Demo party {self.number}"

    @property
    def location(self) -> str:
        return self.place or LOCATIONS[self.number % len(LOCATIONS)]

    @property
    def time(self) -> str:
        return TIMES[self.number % len(TIMES)]


def _past(number: int) -> Party:
    """A party that took place, more of them the nearer it is to today."""
    day = -3 - number * (number + 9) // 9
    return Party(
        number=number,
        day=day,
        guests=8 + number * 7 % 17,
        contact=number % 10 if number % 5 else None,
        booked=day - 10 - number * 3 % 18,
        add_ons=(Item(code="lobster", quantity=1 + number % 4),) if number % 3 == 0 else (),
        deposit=CASHLIKE[number % 2 * 2],
        balance=CASHLIKE[number % 4],
        tip=(5000 + number * 500) if number % 3 == 1 else 0,
    )


PAST = tuple(_past(number) for number in range(32))
COMING = (
    Party(number=50, day=5, guests=12, contact=0, booked=-9, deposit=Method.ZELLE),
    Party(number=51, day=6, guests=10, contact=1, deposit=Method.STRIPE),
    Party(
        number=52,
        day=8,
        guests=18,
        contact=2,
        deposit=Method.STRIPE,
        balance=Method.STRIPE,
        asked_back=60000,
    ),
    Party(number=53, day=9, guests=8, deposit=Method.STRIPE),
    Party(number=54, day=12, guests=20, contact=3, deposit=Method.STRIPE, refund=2500),
    Party(number=55, day=15, guests=14, contact=4, booked=-3, deposit=Method.VENMO, invoice=True),
    Party(number=56, day=16, guests=25, contact=5, deposit=Method.STRIPE, tip=6000),
    Party(number=57, day=19, guests=9),
    Party(number=58, day=22, guests=11, contact=6),
    Party(number=59, day=26, guests=16, contact=7, deposit=Method.STRIPE),
    Party(number=60, day=30, guests=30, contact=8, booked=-5, late=10000),
    Party(number=61, day=41, guests=13, contact=9, booked=-6, deposit=Method.CASH),
)
# What fills the first page of the admin. At 21:00, so that today's are never over.
TODAY = (
    Party(number=63, day=0, guests=14, contact=3, booked=-12, deposit=Method.ZELLE),
    Party(
        number=67,
        day=0,
        guests=22,
        contact=0,
        booked=-20,
        deposit=Method.VENMO,
        balance=Method.CHECK,
    ),
    Party(number=64, day=1, guests=10, contact=1, booked=-8, deposit=Method.CASH),
    Party(number=65, day=1, guests=17, contact=7, booked=-15, deposit=Method.ZELLE),
    # Over, and still to pay; over, and nobody has said how it went.
    Party(number=70, day=-2, guests=12, contact=4, booked=-16, deposit=Method.ZELLE),
    Party(
        number=72,
        day=-2,
        guests=9,
        contact=8,
        booked=-13,
        deposit=Method.CASH,
        balance=Method.CASH,
        unmarked=True,
    ),
    # A hold that lapses in a while, a card without money, a cardholder who disputes.
    Party(number=73, day=24, guests=16, contact=2, held=85),
    Party(
        number=74,
        day=25,
        guests=11,
        contact=9,
        deposit=Method.STRIPE,
        card="pm_card_chargeDeclinedInsufficientFunds",
    ),
    Party(
        number=75,
        day=33,
        guests=10,
        contact=6,
        deposit=Method.STRIPE,
        card="pm_card_createDispute",
    ),
    Party(
        number=76,
        day=28,
        guests=20,
        contact=5,
        booked=-2,
        deposit=Method.ZELLE,
        place="The barn behind the old mill",
    ),
)
