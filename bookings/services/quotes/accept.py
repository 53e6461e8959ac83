import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings import slots
from bookings.errors import QuotedSlotOpen
from bookings.models import Booking, Quote
from bookings.pricing import Item, Line, Party, PricedOrder
from bookings.queries.quotes import may_replace, slot_is_open
from bookings.queries.rules import current_rules
from bookings.services.create import Consent, hold_slot
from bookings.services.orders import CheckedOrder
from bookings.services.quotes.lock import check_open, lock_quote
from bookings.services.quotes.offer import contact_of, words_of
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput


def accept_quote(
    *,
    quote_id: UUID,
    date: dt.date | None = None,
    time: dt.time | None = None,
    consent: Consent | None = None,
    actor: User | None,
    now: dt.datetime,
) -> Booking:
    """Make the booking that a quote offers, at its price and under its rules, and hold the slot.

    Accepting again returns the same booking.

    Args:
        date, time: another slot nearby, for when the quoted one is gone; the price is the same.
        consent: what whoever accepts agrees to.
        actor: who accepts; None for the bearer of the link.

    Raises:
        QuoteSuperseded, QuoteExpired, QuoteNotOpen: it can't be accepted any more, or yet.
        SlotFull, SlotClosed: the slot is gone; the quote stays open for another one.
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the slot can't be booked; likewise.
        QuotedSlotOpen: another slot was chosen while the quoted one is open.
        NotFound: there is no such quote.
    """
    with transaction.atomic():
        quote = lock_quote(quote_id)
        if quote.booking:
            return quote.booking
        check_open(quote, now=now)
        booking = hold_slot(
            customer=quote.customer,
            rules=quote.rules,
            start=_start(quote, date or quote.date, time or quote.time, now=now),
            checked=_as_quoted(quote),
            contact=contact_of(quote),
            words=words_of(quote),
            consent=consent or Consent(),
            actor=actor,
            now=now,
        )
        was = quote.status
        quote.move_to(Quote.Status.ACCEPTED)
        quote.booking, quote.answered_at = booking, now
        quote.save(update_fields=["status", "booking", "answered_at", "updated_at"])
        audit.record(
            "quote.accepted",
            quote,
            actor=actor,
            status=[was, quote.status],
            booking=booking.reference,
        )
    return booking


def _start(quote: Quote, date: dt.date, time: dt.time, *, now: dt.datetime) -> dt.datetime:
    if (date, time) != (quote.date, quote.time):
        if slot_is_open(quote, now=now):
            raise QuotedSlotOpen("The slot of this quote is open.", attr="date")
        if not may_replace(quote, date=date, time=time, now=now):
            raise InvalidInput("Choose a slot near the quoted one.", attr="date")
    return slots.check_bookable(current_rules(now), date=date, time=time, now=now)


def _as_quoted(quote: Quote) -> CheckedOrder:
    """Return the order with the very bill that was quoted, priced no second time."""
    return CheckedOrder(
        party=Party(adults=quote.adults, children=quote.children, toddlers=quote.toddlers),
        menu=quote.menu,
        add_ons=tuple(Item(**item) for item in quote.add_ons),
        proteins=tuple(Item(**item) for item in quote.proteins),
        location=quote.location,
        zip_code=quote.zip_code,
        location_needs_review=quote.location_needs_review,
        extra_lines=tuple(Line.from_json(line) for line in quote.extra_lines),
        priced=PricedOrder(
            lines=tuple(Line.from_json(line) for line in quote.lines),
            deposit_due=quote.deposit_due,
        ),
    )
