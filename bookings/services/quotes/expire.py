import datetime as dt

from django.db import transaction

from bookings.models import Quote
from myhibachi.core import audit


def expire_quotes(now: dt.datetime) -> int:
    """Note of each quote whose time has passed unanswered that it has expired.

    Each in its own transaction; one that somebody is answering at this moment is left for the next
    run. Nothing waits for this: `Quote.status_at` knows the time.

    Returns:
        how many expired.
    """
    expired = 0
    while _expire_one(now):
        expired += 1
    return expired


def _expire_one(now: dt.datetime) -> bool:
    with transaction.atomic():
        quote = (
            Quote.objects.select_for_update(skip_locked=True)
            .filter(status=Quote.Status.SENT, expires_at__lte=now)
            .order_by("expires_at")
            .first()
        )
        if quote is None:
            return False
        quote.move_to(Quote.Status.EXPIRED)
        quote.save(update_fields=["status", "updated_at"])
        audit.record("quote.expired", quote, actor=None, status=[Quote.Status.SENT, quote.status])
    return True
