"""What can be done to a quote: one verb, one function."""

from bookings.services.quotes.accept import accept_quote
from bookings.services.quotes.decline import decline_quote
from bookings.services.quotes.draft import change_quote, create_quote
from bookings.services.quotes.expire import expire_quotes
from bookings.services.quotes.offer import Offer, adjustment, offer_of
from bookings.services.quotes.revise import revise_quote
from bookings.services.quotes.send import send_quote

__all__ = [
    "Offer",
    "accept_quote",
    "adjustment",
    "change_quote",
    "create_quote",
    "decline_quote",
    "expire_quotes",
    "offer_of",
    "revise_quote",
    "send_quote",
]
