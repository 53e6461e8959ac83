import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings import slots
from bookings.models import Email, Quote
from bookings.queries.rules import current_rules
from bookings.services.emails import queue_email
from bookings.services.quotes.lock import lock_quote
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput


def send_quote(
    *, quote_id: UUID, expires_at: dt.datetime | None = None, actor: User, now: dt.datetime
) -> Quote:
    """Offer a draft to its customer, by e-mail where we know an address.

    Args:
        expires_at: until when it can be accepted; as long as the rules say if left out, and never
            past the last moment at which its slot can be booked.

    Raises:
        InvalidTransition: it is no draft.
        TooSoon and what else `slots.check_bookable` raises: its slot can't be booked now.
        InvalidInput: it would expire in the past.
        NotFound: there is no such quote.
    """
    with transaction.atomic():
        quote = lock_quote(quote_id)
        quote.move_to(Quote.Status.SENT)
        quote.sent_at = now
        quote.expires_at = min(expires_at or usual_end(now), last_moment(quote, now))
        if quote.expires_at <= now:
            raise InvalidInput("It would have expired already.", attr="expires_at")
        quote.save(update_fields=["status", "sent_at", "expires_at", "updated_at"])
        audit.record(
            "quote.sent",
            quote,
            actor=actor,
            status=[Quote.Status.DRAFT, quote.status],
            total=quote.total,
            expires_at=quote.expires_at.isoformat(),
        )
        queue_email(Email.Kind.QUOTE, quote=quote, now=now)
    return quote


def usual_end(now: dt.datetime) -> dt.datetime:
    """Return until when a quote that is sent now is valid, by the rules."""
    return now + dt.timedelta(days=current_rules(now).quote_valid_days)


def last_moment(quote: Quote, now: dt.datetime) -> dt.datetime:
    """Return the last moment at which the quote's slot can be booked.

    Raises:
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: it can't be booked now.
    """
    rules = current_rules(now)
    start = slots.check_bookable(rules, date=quote.date, time=quote.time, now=now)
    return start - dt.timedelta(hours=rules.notice_hours)
