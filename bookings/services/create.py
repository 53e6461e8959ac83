import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bookings import slots
from bookings.models import Booking, Email, Status
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import orders, seats
from bookings.services.emails import queue_email
from bookings.services.orders import CheckedOrder, Order
from bookings.services.payable import apply_paid
from customers.models import Customer, User
from customers.roles import is_staff_role
from customers.services.profiles import customer_for, customer_for_contact
from myhibachi.core import audit, idempotency
from myhibachi.core.ids import new_reference, uuid7


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to call about the party; what is empty is the customer's own."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the customer tells the kitchen."""

    notes: str = ""
    allergies: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What the customer agreed to when booking, for the day they say they did not.

    Attributes:
        accepted: whether they accepted the terms.
        client_ip: where they booked from.
    """

    accepted: bool = False
    client_ip: str | None = None


def create_booking(
    *,
    customer: Customer | None = None,
    date: dt.date,
    time: dt.time,
    order: Order,
    contact: Contact = Contact(),
    words: Words = Words(),
    consent: Consent = Consent(),
    booking_id: UUID | None = None,
    actor: User,
    now: dt.datetime,
) -> Booking:
    """Book a slot under the rules in force; it is held until the deposit is paid, or expires.

    Args:
        customer: whose it is. Left out: whom a staff `actor` names in `contact`, else the actor.
        date, time: local to the venue.
        booking_id: the id that the booking shall have, chosen by the caller before the first try;
            the same call again, within a day, returns that booking and makes no other.

    Raises:
        UnknownSlot, SlotInPast, TooSoon, TooFarAhead: the slot can't be booked now.
        SlotFull: nobody can book it any more.
        WrongPartySize, UnknownItem, TooManyProteins, TooFarAway: the order can't be cooked.
    """
    made, new_id = idempotency.find_made(Booking.objects.all(), booking_id, now=now)
    if made:
        return made
    rules = current_rules(now)
    start = slots.check_bookable(rules, date=date, time=time, now=now)
    checked = orders.check(rules, order)
    with transaction.atomic():
        return hold_slot(
            booking_id=new_id,
            customer=customer or named_customer(actor, contact),
            rules=rules,
            start=start,
            checked=checked,
            contact=contact,
            words=words,
            consent=consent,
            actor=actor,
            now=now,
        )


def hold_slot(
    *,
    booking_id: UUID | None = None,
    customer: Customer,
    rules: Rules,
    start: dt.datetime,
    checked: CheckedOrder,
    contact: Contact,
    words: Words,
    consent: Consent = Consent(),
    for_waitlist: bool = False,
    actor: User | None,
    now: dt.datetime,
) -> Booking:
    """Make the booking of an order that has been checked, and hold its slot.

    Where no deposit is due, nothing will come to confirm it: it is confirmed at once.

    Args:
        consent: the customer's own; what staff tick for somebody else is nobody's.
        start: the slot's moment, which may be booked now (`slots.check_bookable`).
        for_waitlist: whether the place is one that the waitlist's next is to have: the e-mail
            that offers it is then the caller's, unless it is confirmed.

    Raises:
        SlotFull: nobody can book it any more.
        TransactionManagementError: the caller is in no transaction.
    """
    if actor and is_staff_role(actor):
        consent = Consent()
    local = start.astimezone(timezone.get_default_timezone())
    date, time = local.date(), local.time()
    seat = seats.take_seat(
        current_rules(now), date=date, time=time, for_waitlist=for_waitlist, now=now
    )
    with seats.held_to_capacity(date=date, time=time, now=now):
        booking = Booking.objects.create(
            pk=booking_id or uuid7(),
            reference=_unused_reference(),
            customer=customer,
            status=Status.PENDING,
            date=date,
            time=time,
            starts_at=start,
            seat=seat,
            # In UTC, where hours are real ones on the days the clocks change, too.
            hold_expires_at=now.astimezone(dt.UTC) + dt.timedelta(minutes=rules.hold_minutes),
            contact_name=contact.name or customer.name,
            contact_email=contact.email or customer.email,
            contact_phone=contact.phone or customer.phone,
            terms_accepted_at=now if consent.accepted else None,
            client_ip=consent.client_ip,
            rules_snapshot=rules.to_json(),
            created_at=now,
            **asdict(words),
            **order_columns(checked),
        )
    audit.record(
        "booking.created", booking, actor=actor, total=booking.total, guests=booking.guests
    )
    if not booking.deposit_due:
        return apply_paid(booking_id=booking.pk, paid=0, now=now)
    if not for_waitlist:
        queue_email(Email.Kind.BOOKING_RECEIVED, booking=booking, now=now)
    return booking


def order_columns(checked: CheckedOrder) -> dict[str, Any]:
    """Return the columns an order fills."""
    return {
        "adults": checked.party.adults,
        "children": checked.party.children,
        "toddlers": checked.party.toddlers,
        "guests": checked.party.guests,
        "menu": checked.menu,
        "add_ons": [asdict(item) for item in checked.add_ons],
        "proteins": [asdict(item) for item in checked.proteins],
        "location": checked.location,
        "zip_code": checked.zip_code,
        "location_needs_review": checked.location_needs_review,
        "extra_lines": [line.to_json() for line in checked.extra_lines],
        "lines": [line.to_json() for line in checked.priced.lines],
        "total": checked.priced.total,
        "deposit_due": checked.priced.deposit_due,
    }


def named_customer(actor: User, contact: Contact) -> Customer:
    """Return whom a staff `actor` names in `contact`, else the actor's own customer."""
    if is_staff_role(actor) and (contact.name or contact.email):
        return customer_for_contact(
            name=contact.name or contact.email,
            email=contact.email,
            phone=contact.phone,
            actor=actor,
        )
    return customer_for(actor)


def _unused_reference() -> str:
    while True:
        reference = new_reference()
        if not Booking.objects.filter(reference=reference).exists():
            return reference
