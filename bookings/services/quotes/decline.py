import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.models import Quote
from bookings.services.quotes.lock import check_open, lock_quote
from customers.models import User
from myhibachi.core import audit


def decline_quote(
    *, quote_id: UUID, reason: str = "", actor: User | None, now: dt.datetime
) -> Quote:
    """Note that the customer doesn't want it. Declining again changes nothing.

    Args:
        reason: in the customer's words.
        actor: who declines; None for the bearer of the link.

    Raises:
        QuoteSuperseded, QuoteExpired, QuoteNotOpen: there is nothing to decline any more, or yet.
        NotFound: there is no such quote.
    """
    with transaction.atomic():
        quote = lock_quote(quote_id)
        if quote.status == Quote.Status.DECLINED:
            return quote
        check_open(quote, now=now)
        was = quote.status
        quote.move_to(Quote.Status.DECLINED)
        quote.decline_reason, quote.answered_at = reason, now
        quote.save(update_fields=["status", "decline_reason", "answered_at", "updated_at"])
        audit.record("quote.declined", quote, actor=actor, note=reason, status=[was, quote.status])
    return quote
