"""The demo's quotes: one of each kind that staff meet, made through the services."""

import datetime as dt

from bookings.models import Quote
from bookings.pricing import Item
from bookings.services import Order
from bookings.services.quotes import (
    Offer,
    adjustment,
    create_quote,
    decline_quote,
    revise_quote,
    send_quote,
)
from bookings.slots import local_date
from payments.management.demo.people import CONTACTS, People

DISCOUNT = adjustment(label="Birthday discount", quantity=1, unit_amount=-5000)
SIX = dt.time(18)


def make_quotes(people: People, *, now: dt.datetime) -> int:
    """Make the quotes unless there are some; return how many versions were made.

    One that the demo's customer asked for, a draft, one that waits for its answer in its second
    version, and one that was declined.
    """
    if Quote.objects.exists():
        return 0
    asked = Offer(date=_day(now, 50), time=SIX, order=_order(15))
    create_quote(offer=asked, asked_by_customer=True, actor=people.guest, now=now)
    _draft(people, 5, day=52, guests=24, now=now)
    _revised(people, now=now)
    declined = _sent(people, _draft(people, 8, day=55, guests=40, now=now), now=now)
    decline_quote(quote_id=declined.pk, reason="We found a smaller place.", actor=None, now=now)
    return Quote.objects.count()


def _revised(people: People, *, now: dt.datetime) -> None:
    first = _sent(people, _draft(people, 6, day=53, guests=12, now=now), now=now)
    offer = _offer(6, day=53, guests=16, now=now)
    second = revise_quote(quote_id=first.pk, offer=offer, actor=people.support, now=now)
    _sent(people, second, now=now)


def _draft(people: People, contact: int, *, day: int, guests: int, now: dt.datetime) -> Quote:
    offer = _offer(contact, day=day, guests=guests, now=now)
    return create_quote(offer=offer, actor=people.support, now=now)


def _sent(people: People, quote: Quote, *, now: dt.datetime) -> Quote:
    return send_quote(quote_id=quote.pk, actor=people.support, now=now)


def _offer(contact: int, *, day: int, guests: int, now: dt.datetime) -> Offer:
    return Offer(
        date=_day(now, day),
        time=SIX,
        order=_order(guests),
        extra_lines=(DISCOUNT,),
        contact=CONTACTS[contact],
        message="It was good to talk to you. This is what your party would cost.",
    )


def _order(guests: int) -> Order:
    lobster = Item(code="lobster", quantity=guests // 4)
    return Order(guests=guests, location="9 Oak Ave, San Jose, CA 95112", add_ons=(lobster,))


def _day(now: dt.datetime, day: int) -> dt.date:
    return local_date(now) + dt.timedelta(days=day)
