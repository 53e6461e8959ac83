"""Finding quotes, for the person who asks, and the slots they are about."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from bookings.links import signed_id
from bookings.models import Quote
from bookings.models.quote import QuoteQuerySet
from bookings.queries.availability import OpenSlot, nearest_open_slots, open_slots
from bookings.queries.rules import current_rules
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core.errors import NotFound
from myhibachi.core.ids import NOBODY, as_uuid

# How far from the quoted slot another one may be, where that is gone.
NEARBY = dt.timedelta(days=7)
DRAFT = Quote.Status.DRAFT


def visible_to(user: User | AnonymousUser) -> QuoteQuerySet:
    """Return what someone may see: staff everything, a customer their own that was sent.

    What they asked for themselves they see from the beginning; others see nothing.
    """
    if is_staff_role(user):
        return Quote.objects.all()
    if not isinstance(user, User):
        return Quote.objects.none()
    offered = ~Q(status=DRAFT) | Q(asked_by_customer=True)
    return Quote.objects.filter(offered, customer__user=user)


def find_quote(id_or_reference: str, *, user: User | AnonymousUser) -> Quote:
    """Return the version with this id, or the newest that one may see of this reference.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _first(visible_to(user), id_or_reference)


def offered_by(token: str) -> Quote | None:
    """Return the quote that a signed link leads to, unless it is a draft."""
    offered = Quote.objects.exclude(status=DRAFT).filter(pk=signed_id(Quote, token))
    return offered.select_related("customer", "booking").first()


def newest_for_bearer(quote: Quote) -> Quote | None:
    """Return the newest version where whoever got an older one's link was sent that one too.

    A version may have been made because the one before went to a wrong address.
    """
    newest = Quote.objects.newest().get(reference=quote.reference)
    same_person = (newest.contact_email, newest.contact_phone) == (
        quote.contact_email,
        quote.contact_phone,
    )
    return newest if same_person and newest.status != DRAFT else None


def find_offered(id_or_reference: str, *, token: str) -> Quote:
    """Return the quote that a signed link leads to, if it is also the one that is named.

    Raises:
        NotFound: the token is another quote's or nobody's, or the quote is a draft.
    """
    quote = offered_by(token)
    if quote is None or id_or_reference.strip().upper() not in (
        str(quote.pk).upper(),
        quote.reference,
    ):
        raise NotFound("There is no such quote.")
    return quote


def slot_is_open(quote: Quote, *, now: dt.datetime) -> bool:
    """Return whether the quoted slot can be booked at this moment."""
    found = open_slots(current_rules(now), first=quote.date, last=quote.date, now=now)
    return any(slot.time == quote.time for slot in found)


def may_replace(quote: Quote, *, date: dt.date, time: dt.time, now: dt.datetime) -> bool:
    """Return whether a slot is near enough to the quoted one, or among the nearest there are."""
    if abs(date - quote.date) <= NEARBY:
        return True
    return any((slot.date, slot.time) == (date, time) for slot in slots_instead(quote, now=now))


def slots_instead(quote: Quote, *, now: dt.datetime) -> list[OpenSlot]:
    """Return the open slots closest to the quoted one, in order of time."""
    return nearest_open_slots(
        current_rules(now), date=quote.date, time=quote.time, now=now, count=4
    )


def _first(quotes: QuoteQuerySet, id_or_reference: str) -> Quote:
    quote_id = as_uuid(id_or_reference)
    named = Q(pk=quote_id)
    if quote_id == NOBODY:
        named = Q(reference=id_or_reference.strip().upper())
    found = quotes.filter(named).select_related("customer", "booking").order_by("-version").first()
    if found is None:
        raise NotFound("There is no such quote.")
    return found
