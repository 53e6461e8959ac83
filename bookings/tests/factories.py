"""Makes rows for tests: `BookingFactory(status="confirmed", guests=12)`."""

import datetime as dt
import itertools
from typing import Any

import factory
from django.utils import timezone

from bookings import slots
from bookings.models import HOLDS_SLOT, Booking, RuleBook, Status, WaitlistEntry
from bookings.rules import Rules
from bookings.services import Order
from bookings.services.create import order_columns
from bookings.services.orders import check
from customers.tests.factories import CustomerFactory
from myhibachi.core.ids import new_reference

SLOT_TIMES = ("12:00", "15:00", "18:00", "21:00")


def default_rules(**changes: Any) -> Rules:
    """Return the house's own rules, without a database."""
    return RuleBook(effective_from=dt.date(2020, 1, 1), **changes).rules()


class BookingFactory(factory.django.DjangoModelFactory):
    """A priced booking in a slot of its own, a month or more from now."""

    class Meta:
        model = Booking

    class Params:
        rules = factory.LazyFunction(default_rules)
        order = factory.LazyAttribute(lambda o: Order(guests=o.guests, location=o.location))
        priced = factory.LazyAttribute(lambda o: order_columns(check(o.rules, o.order)))

    reference = factory.LazyFunction(new_reference)
    customer = factory.SubFactory(CustomerFactory)
    status = Status.PENDING
    # However many a whole test run makes, all are within the horizon.
    date = factory.Sequence(
        lambda n: slots.local_date(timezone.now()) + dt.timedelta(30 + n // 4 % 300)
    )
    time = factory.Sequence(lambda n: dt.time.fromisoformat(SLOT_TIMES[n % 4]))
    starts_at = factory.LazyAttribute(lambda o: slots.starts_at(o.date, o.time))
    seat = factory.LazyAttribute(
        lambda o: _free_seat(o.date, o.time) if o.status in HOLDS_SLOT else None
    )
    hold_expires_at = factory.LazyAttribute(
        lambda o: timezone.now() + dt.timedelta(hours=2) if o.status == Status.PENDING else None
    )

    guests = 8
    location = "123 Main St, San Jose, CA"
    adults = factory.LazyAttribute(lambda o: o.priced["adults"])
    lines = factory.LazyAttribute(lambda o: o.priced["lines"])
    total = factory.LazyAttribute(lambda o: o.priced["total"])
    deposit_due = factory.LazyAttribute(lambda o: o.priced["deposit_due"])
    rules_snapshot = factory.LazyAttribute(lambda o: o.rules.to_json())
    contact_name = factory.SelfAttribute("customer.name")
    contact_email = factory.SelfAttribute("customer.email")


def _free_seat(date: dt.date, time: dt.time) -> int:
    taken = set(Booking.objects.filter(date=date, time=time).values_list("seat", flat=True))
    return next(seat for seat in itertools.count(1) if seat not in taken)


class WaitlistEntryFactory(factory.django.DjangoModelFactory):
    """Somebody who waits for a slot."""

    class Meta:
        model = WaitlistEntry

    customer = factory.SubFactory(CustomerFactory)
    date = factory.LazyFunction(lambda: slots.local_date(timezone.now()) + dt.timedelta(30))
    time = dt.time(18)
    guests = 8
    adults = factory.SelfAttribute("guests")
    location = "123 Main St, San Jose, CA"
    contact_name = factory.SelfAttribute("customer.name")
    contact_email = factory.SelfAttribute("customer.email")
