import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import QuoteNotEditable, QuoteSuperseded
from bookings.models import Quote
from bookings.queries.rules import current_rules
from bookings.services.quotes.lock import lock_quote
from bookings.services.quotes.offer import Offer, offer_columns, offer_of
from customers.models import User
from myhibachi.core import audit, idempotency
from myhibachi.core.errors import DomainError


def revise_quote(
    *,
    quote_id: UUID,
    offer: Offer | None = None,
    new_id: UUID | None = None,
    actor: User,
    now: dt.datetime,
) -> Quote:
    """Draft the next version, priced under the rules in force; the old one is void from now on.

    Args:
        offer: what the new version is about; the same as the old one's if left out.
        new_id: the id that the new version shall have, chosen by the caller before the first try;
            the same call again, within a day, returns that version and drafts no other.

    Raises:
        QuoteNotEditable: it is a draft still, or a booking that holds its slot.
        QuoteSuperseded: there is a newer version: revise that.
        UnknownSlot and what else `offer_columns` raises: the offer makes no sense.
        NotFound: there is no such quote.
    """
    with transaction.atomic():
        old = lock_quote(quote_id)
        made, new_id = idempotency.find_made(Quote.objects.all(), new_id, now=now)
        if made:
            return made
        _check_revisable(old)
        new = Quote(
            pk=new_id,
            reference=old.reference,
            version=old.version + 1,
            customer=old.customer,
            created_at=now,
            **offer_columns(
                offer or offer_of(old), customer=old.customer, rules=current_rules(now), now=now
            ),
        )
        # The old row gives way first: a reference has one live version at any moment.
        old.superseded_by_id = new.pk
        old.save(update_fields=["superseded_by", "updated_at"])
        new.save(force_insert=True)
        audit.record("quote.superseded", old, actor=actor, by=str(new.pk))
        audit.record(
            "quote.revised", new, actor=actor, version=new.version, total=[old.total, new.total]
        )
    return new


def is_revisable(quote: Quote) -> bool:
    """Return whether `revise_quote` would make a next version of it."""
    try:
        _check_revisable(quote)
    except DomainError:
        return False
    return True


def _check_revisable(quote: Quote) -> None:
    if quote.is_superseded:
        raise QuoteSuperseded("There is a newer version of this quote.")
    if quote.status == Quote.Status.DRAFT:
        raise QuoteNotEditable("A draft needs no new version: change it.")
    if quote.booking and quote.booking.holds_slot:
        raise QuoteNotEditable("It was accepted: change the booking instead.")
