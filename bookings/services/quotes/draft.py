import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.errors import QuoteNotEditable
from bookings.models import Quote
from bookings.queries.rules import current_rules
from bookings.services.create import named_customer
from bookings.services.quotes.lock import lock_quote
from bookings.services.quotes.offer import Offer, offer_columns
from customers.models import Customer, User
from myhibachi.core import audit, idempotency
from myhibachi.core.errors import NotAllowed
from myhibachi.core.ids import new_reference

# Too long for the audit log; the total tells.
BILL = {"lines", "extra_lines"}


def create_quote(
    *,
    customer: Customer | None = None,
    offer: Offer,
    asked_by_customer: bool = False,
    quote_id: UUID | None = None,
    actor: User,
    now: dt.datetime,
) -> Quote:
    """Draft a quote, priced under the rules in force; sending it makes it an offer.

    Args:
        customer: whose it is. Left out: whom a staff `actor` names in the offer's contact, else the
            actor.
        asked_by_customer: it is a wish that staff have not looked at yet.
        quote_id: the id that the quote shall have, chosen by the caller before the first try; the
            same call again, within a day, returns that quote and drafts no other.

    Raises:
        NotAllowed: a customer adjusts the price or writes our message.
        UnknownSlot and what else `offer_columns` raises: the offer makes no sense.
    """
    if asked_by_customer and (offer.extra_lines or offer.message):
        raise NotAllowed("Only staff adjust a price.", attr="extra_lines")
    made, new_id = idempotency.find_made(Quote.objects.all(), quote_id, now=now)
    if made:
        return made
    rules = current_rules(now)
    with transaction.atomic():
        customer = customer or named_customer(actor, offer.contact)
        quote = Quote.objects.create(
            pk=new_id,
            reference=_unused_reference(),
            customer=customer,
            asked_by_customer=asked_by_customer,
            created_at=now,
            **offer_columns(offer, customer=customer, rules=rules, now=now),
        )
        verb = "asked" if asked_by_customer else "created"
        audit.record(f"quote.{verb}", quote, actor=actor, total=quote.total, guests=quote.guests)
    return quote


def change_quote(*, quote_id: UUID, offer: Offer, actor: User, now: dt.datetime) -> Quote:
    """Replace what a draft offers, priced under the rules it was made under.

    Raises:
        QuoteNotEditable: it was sent: revise it instead.
        UnknownSlot and what else `offer_columns` raises: the offer makes no sense.
        NotFound: there is no such quote.
    """
    with transaction.atomic():
        quote = lock_quote(quote_id)
        if quote.status != Quote.Status.DRAFT:
            raise QuoteNotEditable("Only a draft is changed; what was sent is revised.")
        new = offer_columns(offer, customer=quote.customer, rules=quote.rules, now=now)
        del new["rules_snapshot"]
        before = {name: getattr(quote, name) for name in new if getattr(quote, name) != new[name]}
        if not before:
            return quote
        for name in before:
            setattr(quote, name, new[name])
        quote.save(update_fields=[*before, "updated_at"])
        audit.record("quote.changed", quote, actor=actor, **_pairs(before, new))
    return quote


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    names = sorted(before.keys() - BILL)
    return {name: [_plain(before[name]), _plain(after[name])] for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _unused_reference() -> str:
    while True:
        reference = new_reference("Q")
        if not Quote.objects.filter(reference=reference).exists():
            return reference
