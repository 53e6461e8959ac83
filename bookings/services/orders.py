"""What a customer asks for, held against the rules: the same for a preview and for a booking."""

from collections.abc import Iterable
from dataclasses import dataclass

from bookings import places, pricing
from bookings.models import Menu
from bookings.pricing import Item, Line, Party, PricedOrder
from bookings.rules import Rules


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked for. Either `guests` or `adults` may be left out, not both."""

    location: str = ""
    guests: int | None = None
    adults: int | None = None
    children: int = 0
    toddlers: int = 0
    menu: str = Menu.ADULT
    add_ons: tuple[Item, ...] = ()
    proteins: tuple[Item, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckedOrder:
    """An order that the rules allow, with its bill."""

    party: Party
    menu: str
    add_ons: tuple[Item, ...]
    proteins: tuple[Item, ...]
    location: str
    zip_code: str
    location_needs_review: bool
    extra_lines: tuple[Line, ...]
    priced: PricedOrder


def check(rules: Rules, order: Order, *, extra_lines: Iterable[Line] = ()) -> CheckedOrder:
    """Return the order, tidied and priced.

    Args:
        extra_lines: as `pricing.price` takes them.

    Raises:
        WrongPartySize, UnknownItem, TooManyProteins, TooFarAway: the rules don't allow it.
        DiscountTooLarge: the bill would be less than nothing.
    """
    extra = tuple(extra_lines)
    party = pricing.party(
        rules,
        guests=order.guests,
        adults=order.adults,
        children=order.children,
        toddlers=order.toddlers,
    )
    place = places.locate(order.location)
    add_ons = pricing.items(rules, order.add_ons)
    return CheckedOrder(
        party=party,
        menu=order.menu,
        add_ons=add_ons,
        proteins=pricing.proteins(rules, order.proteins, party=party),
        location=order.location,
        zip_code=place.zip_code if place else "",
        location_needs_review=place is None,
        extra_lines=extra,
        priced=pricing.price(
            rules,
            party=party,
            add_ons=add_ons,
            miles=_miles(rules, place),
            extra_lines=extra,
        ),
    )


def _miles(rules: Rules, place: places.Place | None) -> float | None:
    kitchen = places.locate(rules.travel_origin_zip)
    return places.miles_between(kitchen, place) if kitchen and place else None
