"""Writes an e-mail: its subject, and its text and HTML from `templates/emails`."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from bookings.models import Booking, Email, Quote
from bookings.services.emails import changes, words
from bookings.slots import starts_at

Kind = Email.Kind
SUBJECTS: dict[str, str] = {
    Kind.BOOKING_RECEIVED: "pay the deposit to keep your slot",
    Kind.HOLD_REMINDER: "your slot is waiting for its deposit",
    Kind.HOLD_EXPIRED: "your slot is no longer held",
    Kind.DEPOSIT_RECEIVED: "your party is booked",
    Kind.BALANCE_DUE: "the rest of your bill is due",
    Kind.PARTY_REMINDER: "your hibachi party is near",
    Kind.BOOKING_CHANGED: "your booking has changed",
    Kind.BOOKING_CANCELED: "your booking is canceled",
    Kind.QUOTE: "your quote from My Hibachi",
    Kind.WAITLIST_OFFER: "a place has come free for you",
    Kind.INVOICE_OVERDUE: "your invoice is overdue",
}
METHODS = {"stripe": "to your card", "zelle": "by Zelle", "venmo": "by Venmo", "cash": "in cash"}


@dataclass(frozen=True, kw_only=True)
class About:
    """What an e-mail is about, and the facts beside it."""

    booking: Booking | None = None
    quote: Quote | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def party(self) -> Booking | Quote:
        """The party it is about."""
        found = self.quote or self.booking
        if found is None:
            raise ValueError("An e-mail is about a booking or a quote.")
        return found


@dataclass(frozen=True, kw_only=True)
class Content:
    """What an e-mail says. Links are marks (`message.LINKS`)."""

    subject: str
    text: str
    html: str


def write(kind: Email.Kind, about: About, *, now: dt.datetime) -> Content:
    """Return the whole e-mail, but for its links, which sending fills in."""
    subject = f"{about.party.reference}: {SUBJECTS[kind]}"
    context = {"subject": subject, **_context(about, now)}
    text = render_to_string(f"emails/{kind}.txt", context)
    return Content(
        subject=subject,
        text=re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n",
        html=render_to_string(f"emails/{kind}.html", context),
    )


def _context(about: About, now: dt.datetime) -> dict[str, Any]:
    party = about.party
    common = {
        "what": "Quote" if isinstance(party, Quote) else "Booking",
        "party": party,
        "greeting": words.greeting(party.contact_name),
        "when": words.moment(starts_at(party.date, party.time)),
        "day": words.day(party.date),
        "guests": words.guests(party),
        "add_ons": words.listed(party.add_ons),
        "facts": about.facts,
        "book_again": settings.FRONTEND_URL,
    }
    if isinstance(party, Quote):
        return common | {"where": party.location, "expires": _moment(party.expires_at)}
    return common | _of_booking(party, now) | _of_facts(party, about.facts)


def _of_booking(booking: Booking, now: dt.datetime) -> dict[str, Any]:
    rules = booking.rules
    wanted = rules.proteins_per_guest * (booking.adults + booking.children)
    chosen = sum(item["quantity"] for item in booking.proteins)
    is_short = booking.paid < booking.deposit_due
    early = dt.timedelta(minutes=rules.arrival_minutes)
    choose_by = booking.starts_at - dt.timedelta(hours=rules.protein_choice_hours)
    return {
        "booking": booking,
        "where": words.place(booking),
        "hold_until": _moment(booking.hold_expires_at),
        "deposit_left": booking.deposit_due - booking.paid if is_short else 0,
        "arrival": words.clock(booking.starts_at - early),
        "proteins": words.listed(booking.proteins),
        "proteins_missing": max(wanted - chosen, 0) if now < choose_by else 0,
        "choose_by": words.moment(choose_by),
    }


def _of_facts(booking: Booking, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "changes": list(changes.rows(booking, facts)),
        "refunds": [_refund(refund) for refund in facts.get("refunds", ())],
    }


def _refund(refund: dict[str, Any]) -> dict[str, Any]:
    """Return an amount in cents, and the way it goes."""
    method = refund.get("method", "")
    way = METHODS.get(method, f"by {method}" if method else "")
    card = f" ending in {refund['last4']}" if refund.get("last4") else ""
    return {"amount": refund["amount"], "way": way + card}


def _moment(at: dt.datetime | None) -> str:
    return words.moment(at) if at else ""
