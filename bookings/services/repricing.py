"""The bill of a booking that exists, made anew under the booking's own rules."""

from collections.abc import Iterable
from typing import Any

from bookings.models import Booking
from bookings.pricing import Item, Line
from bookings.services import orders
from bookings.services.create import order_columns
from bookings.services.orders import Order


def order_of(booking: Booking) -> Order:
    """Return what was ordered."""
    return Order(
        guests=booking.guests,
        children=booking.children,
        toddlers=booking.toddlers,
        menu=booking.menu,
        location=booking.location,
        add_ons=tuple(Item(**item) for item in booking.add_ons),
        proteins=tuple(Item(**item) for item in booking.proteins),
    )


def reprice(booking: Booking, order: Order, *, also: Iterable[Line] = ()) -> dict[str, Any]:
    """Return the columns that an order fills; the extra lines there are stay on the bill.

    Args:
        also: more extra lines.

    Raises:
        WrongPartySize, UnknownItem, TooManyProteins, TooFarAway, DiscountTooLarge: as
            `orders.check` says.
    """
    kept = [Line.from_json(line) for line in booking.extra_lines]
    return order_columns(orders.check(booking.rules, order, extra_lines=[*kept, *also]))
