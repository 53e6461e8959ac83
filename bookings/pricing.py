"""What a party costs. Pure: the rules come in, cents come out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

from bookings.errors import (
    DiscountTooLarge,
    TooFarAway,
    TooManyProteins,
    UnknownItem,
    WrongPartySize,
)
from bookings.rules import Rules

TRAVEL = "travel"
RESCHEDULE_FEE = "reschedule_fee"
# What was taken off a bill: given back, forgiven, or never to be paid.
GOODWILL = "goodwill_refund"
# Extra lines that are no food, and not taxed.
FEES = (RESCHEDULE_FEE, GOODWILL)


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who comes."""

    adults: int
    children: int = 0
    toddlers: int = 0

    @property
    def guests(self) -> int:
        return self.adults + self.children + self.toddlers

    @property
    def paying(self) -> int:
        return self.adults + self.children


@dataclass(frozen=True, kw_only=True)
class Item:
    """So many of something on the menu."""

    code: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a bill; money in cents."""

    code: str
    label: str
    quantity: int
    unit_amount: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_amount

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"amount": self.amount}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{name: data[name] for name in ("code", "label", "quantity", "unit_amount")})


@dataclass(frozen=True, kw_only=True)
class PricedOrder:
    """A bill and what is due of it now; money in cents."""

    lines: tuple[Line, ...]
    deposit_due: int

    @property
    def total(self) -> int:
        return _sum(self.lines)


def party(
    rules: Rules,
    *,
    guests: int | None = None,
    adults: int | None = None,
    children: int = 0,
    toddlers: int = 0,
) -> Party:
    """Return who comes: guests not said to be children or toddlers are adults.

    Raises:
        WrongPartySize: the numbers contradict each other, or the rules refuse so few or so many.
    """
    if adults is None:
        adults = (guests or 0) - children - toddlers
    found = Party(adults=adults, children=children, toddlers=toddlers)
    if min(adults, children, toddlers) < 0 or guests not in (None, found.guests):
        raise WrongPartySize("Adults, children and toddlers don't add up to guests.", attr="guests")
    if not rules.guests_min <= found.guests <= rules.guests_max:
        raise WrongPartySize(
            f"We cook for {rules.guests_min} to {rules.guests_max} guests.", attr="guests"
        )
    return found


def items(rules: Rules, chosen: Iterable[Item]) -> tuple[Item, ...]:
    """Return the add-ons in the rule book's order, each once.

    Raises:
        UnknownItem: one is not in the rule book.
    """
    return _tidy(chosen, [add_on.code for add_on in rules.add_ons], attr="add_ons")


def proteins(rules: Rules, chosen: Iterable[Item], *, party: Party) -> tuple[Item, ...]:
    """Return the proteins in the menu's order, each once. Too few is fine: more may follow.

    Raises:
        UnknownItem: one is not on the menu.
        TooManyProteins: more than the paying guests are entitled to.
    """
    tidy = _tidy(chosen, rules.proteins, attr="proteins")
    allowed = rules.proteins_per_guest * party.paying
    if sum(item.quantity for item in tidy) > allowed:
        raise TooManyProteins(f"This party may choose {allowed} proteins.", attr="proteins")
    return tidy


def price(
    rules: Rules,
    *,
    party: Party,
    add_ons: Iterable[Item] = (),
    miles: float | None = None,
    extra_lines: Iterable[Line] = (),
) -> PricedOrder:
    """Return the bill.

    Args:
        miles: from the kitchen to the party; None where nobody knows, which costs no travel yet.
        extra_lines: what the rules don't find by themselves; a discount's amount is negative. They
            are taxed like the food, but for fees (`FEES`).

    Raises:
        UnknownItem: an add-on is not in the rule book.
        TooFarAway: further than the rules allow.
        DiscountTooLarge: the bill would be less than nothing.
    """
    extra = tuple(extra_lines)
    food = (*_menu(rules, party), *_extras(rules, add_ons))
    food = (*food, *_top_up(rules, _sum(food)))
    taxable = _sum(food) + _sum(line for line in extra if line.code not in FEES)
    lines = (*food, *extra, *_travel(rules, miles), *_tax(rules, max(taxable, 0)))
    if _sum(lines) < 0:
        raise DiscountTooLarge("The discount is more than the bill.", attr="extra_lines")
    return PricedOrder(lines=lines, deposit_due=min(rules.deposit, _sum(lines)))


def untaxed(lines: Iterable[Line]) -> int:
    """Return the cents of a bill that no tax is on: travel and fees, less what was taken off.

    At most all of the bill, and not less than nothing: Stripe takes no negative line.
    """
    bill = tuple(lines)
    free = _sum(line for line in bill if line.code in (TRAVEL, *FEES))
    return max(min(free, _sum(bill)), 0)


def duration_minutes(rules: Rules, *, guests: int) -> int:
    """Return how long the party takes."""
    minutes = rules.duration_base_minutes + rules.duration_minutes_per_guest * guests
    return min(minutes, rules.duration_max_minutes)


def _tidy(chosen: Iterable[Item], known: Iterable[str], *, attr: str) -> tuple[Item, ...]:
    counts: Counter[str] = Counter()
    for item in chosen:
        counts[item.code] += item.quantity
    order = list(known)
    unknown = sorted(counts.keys() - order)
    if unknown:
        raise UnknownItem(f"Not on the menu: {', '.join(unknown)}.", attr=attr)
    return tuple(Item(code=code, quantity=counts[code]) for code in order if counts[code] > 0)


def _menu(rules: Rules, party: Party) -> tuple[Line, ...]:
    heads = (
        ("adult", "Adult", party.adults, rules.adult_price),
        ("child", "Child", party.children, rules.child_price),
        ("toddler", "Toddler", party.toddlers, rules.toddler_price),
    )
    return tuple(
        Line(code=code, label=label, quantity=count, unit_amount=price)
        for code, label, count, price in heads
        if count
    )


def _extras(rules: Rules, add_ons: Iterable[Item]) -> Iterable[Line]:
    prices = {add_on.code: add_on for add_on in rules.add_ons}
    for item in items(rules, add_ons):
        add_on = prices[item.code]
        yield Line(
            code=add_on.code, label=add_on.label, quantity=item.quantity, unit_amount=add_on.price
        )


def _top_up(rules: Rules, food: int) -> Iterable[Line]:
    if food < rules.order_minimum:
        yield Line(
            code="order_minimum",
            label="To the order minimum",
            quantity=1,
            unit_amount=rules.order_minimum - food,
        )


def _travel(rules: Rules, miles: float | None) -> Iterable[Line]:
    if miles is None:
        return
    if miles > rules.travel_max_miles:
        raise TooFarAway(f"We drive at most {rules.travel_max_miles} miles.", attr="location")
    billable = int(miles) - rules.travel_free_miles
    if billable > 0:
        yield Line(
            code=TRAVEL,
            label=f"Travel beyond {rules.travel_free_miles} miles",
            quantity=billable,
            unit_amount=rules.travel_price_per_mile,
        )


def _tax(rules: Rules, taxable: int) -> Iterable[Line]:
    if rules.flat_tax:
        # Half a cent rounds up; travel is not taxed.
        tax = (taxable * rules.tax_basis_points + 5000) // 10000
        yield Line(code="tax", label="Tax", quantity=1, unit_amount=tax)


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount for line in lines)
