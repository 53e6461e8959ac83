"""A booking at a glance: who, when, where, what to cook, and how the money stands."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.utils.timesince import timesince, timeuntil

from bookings.models import Booking, Status
from bookings.queries.prep import prep_sheet
from bookings.slots import local_date


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An amount in cents and its name; `alarms` where it is something to worry about."""

    name: str
    amount: int
    alarms: bool = False


@dataclass(frozen=True, kw_only=True)
class Record:
    """A part of the page below: its heading, and a table or the like."""

    heading: str
    content: str


def summary(booking: Booking, *, now: dt.datetime) -> dict[str, Any]:
    """Return what the template shows of a booking's own facts. No query but for its customer."""
    return {
        "now": now,
        "sheet": prep_sheet(booking),
        "in_days": in_days(booking.date, today=local_date(now)),
        "hold_left": hold_left(booking, now=now),
        "tel": dialed(booking.contact_phone),
        "owed": owed(booking),
        "zip_code": "" if booking.zip_code in booking.location else booking.zip_code,
    }


def owed(booking: Booking) -> int:
    """Return what is left to pay, in cents: nothing for a party that doesn't take place."""
    return booking.balance if booking.holds_slot else 0


def in_days(date: dt.date, *, today: dt.date) -> str:
    """Return "today", "tomorrow", "in 12 days" or "12 days ago"."""
    days = (date - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def hold_left(booking: Booking, *, now: dt.datetime) -> str:
    """Return "1 hour, 20 minutes left" of a hold; empty for a booking that is not held."""
    if booking.status != Status.PENDING or booking.hold_expires_at is None:
        return ""
    if booking.hold_expires_at > now:
        return f"{timeuntil(booking.hold_expires_at, now)} left"
    return f"ran out {timesince(booking.hold_expires_at, now)} ago"


def dialed(phone: str) -> str:
    """Return a phone number as a link dials it."""
    return re.sub(r"[^\d+]", "", phone)
