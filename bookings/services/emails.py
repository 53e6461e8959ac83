"""What customers are told by e-mail."""

import datetime as dt
from typing import Any

from bookings.models import Booking, Email, Quote, WaitlistEntry


def queue_email(
    kind: Email.Kind,
    *,
    booking: Booking | None = None,
    quote: Quote | None = None,
    waitlist_entry: WaitlistEntry | None = None,
    news: str = "",
    facts: dict[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Queue an e-mail in the caller's transaction; it is sent once that has committed.

    The same kind of news about the same object is one e-mail. Nobody's address: nothing is queued.

    Args:
        booking, quote, waitlist_entry: what it is about; whose contact it goes to.
        news: tells one piece of news from another of its kind, such as the refund's id.
        facts: what the template shows beside the object, JSON-ready; money in cents.
    """
