import datetime as dt
from uuid import UUID

from bookings.errors import QuoteExpired, QuoteNotOpen, QuoteSuperseded
from bookings.models import Quote
from myhibachi.core.errors import NotFound


def lock_quote(quote_id: UUID) -> Quote:
    """Return the quote, its row locked until the caller's transaction ends.

    Lock order: the quote first, then a slot; accepting makes a booking nobody else knows yet.

    Raises:
        NotFound: there is no such quote.
        TransactionManagementError: the caller is in no transaction.
    """
    try:
        return Quote.objects.select_for_update().get(pk=quote_id)
    except Quote.DoesNotExist as error:
        raise NotFound("There is no such quote.") from error


def check_open(quote: Quote, *, now: dt.datetime) -> None:
    """Let pass only what the customer can still answer.

    Raises:
        QuoteSuperseded, QuoteExpired, QuoteNotOpen: why not.
    """
    if quote.is_superseded:
        raise QuoteSuperseded("There is a newer version of this quote.")
    status = quote.status_at(now)
    if status == Quote.Status.EXPIRED:
        raise QuoteExpired("This quote has expired.")
    if status != Quote.Status.SENT:
        raise QuoteNotOpen(f"A quote that is {status} can't be answered.")
