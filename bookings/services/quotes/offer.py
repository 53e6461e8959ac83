import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from bookings import slots
from bookings.models import Quote
from bookings.pricing import Item, Line
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import orders
from bookings.services.create import Contact, Words, order_columns
from bookings.services.orders import Order
from customers.models import Customer


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a quote is about. `date` and `time` are local to the venue.

    Attributes:
        extra_lines: what staff add to the bill, in cents; a discount's amount is negative.
        message: what the customer reads above the price.
    """

    date: dt.date
    time: dt.time
    order: Order
    extra_lines: tuple[Line, ...] = ()
    contact: Contact = field(default_factory=Contact)
    words: Words = field(default_factory=Words)
    message: str = ""


def adjustment(*, label: str, quantity: int, unit_amount: int) -> Line:
    """Return what staff add to a bill, in cents each; a discount's amount is negative."""
    code = "discount" if unit_amount < 0 else "extra"
    return Line(code=code, label=label, quantity=quantity, unit_amount=unit_amount)


def offer_columns(
    offer: Offer, *, customer: Customer, rules: Rules, now: dt.datetime
) -> dict[str, Any]:
    """Return the columns of a quote that an offer fills, priced under `rules`.

    Raises:
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the slot can't be booked now.
        WrongPartySize, UnknownItem, TooManyProteins, TooFarAway: the order can't be cooked.
        DiscountTooLarge: the bill would be less than nothing.
    """
    slots.check_bookable(current_rules(now), date=offer.date, time=offer.time, now=now)
    checked = orders.check(rules, offer.order, extra_lines=offer.extra_lines)
    return {
        "date": offer.date,
        "time": offer.time,
        "message": offer.message,
        "contact_name": offer.contact.name or customer.name,
        "contact_email": offer.contact.email or customer.email,
        "contact_phone": offer.contact.phone or customer.phone,
        "rules_snapshot": rules.to_json(),
        **asdict(offer.words),
        **order_columns(checked),
    }


def offer_of(quote: Quote) -> Offer:
    """Return what a quote is about, as it could be offered again."""
    return Offer(
        date=quote.date,
        time=quote.time,
        order=Order(
            location=quote.location,
            guests=quote.guests,
            children=quote.children,
            toddlers=quote.toddlers,
            menu=quote.menu,
            add_ons=tuple(Item(**item) for item in quote.add_ons),
            proteins=tuple(Item(**item) for item in quote.proteins),
        ),
        extra_lines=tuple(Line.from_json(line) for line in quote.extra_lines),
        contact=contact_of(quote),
        words=words_of(quote),
        message=quote.message,
    )


def contact_of(quote: Quote) -> Contact:
    """Return whom to call about the party."""
    return Contact(name=quote.contact_name, email=quote.contact_email, phone=quote.contact_phone)


def words_of(quote: Quote) -> Words:
    """Return what the customer tells the kitchen."""
    return Words(notes=quote.notes, allergies=quote.allergies)
