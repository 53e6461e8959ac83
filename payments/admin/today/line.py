"""One thing that waits: who and what, how much, how long, and what can be done about it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings.models import Booking
from payments.admin.deadline import spelled


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button: a page of its own, or (`posts`) one safe step that is done here.

    Attributes:
        seen: what of the row the step relies on, as the person saw it.
        may: the permission that it takes besides those of its section; empty where none.
    """

    label: str
    url: str
    posts: bool = False
    seen: str = ""
    may: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line says. `cents` is None where it is not about an amount.

    Attributes:
        name: the link's text, such as a booking's reference.
        when: how long there is, or since when it waits.
        hurry: whether that is a matter of hours.
    """

    url: str
    name: str
    who: str = ""
    phone: str = ""
    about: str = ""
    cents: int | None = None
    currency: str = "usd"
    when: str = ""
    hurry: bool = False
    actions: tuple[Action, ...] = ()


def page_of(row: Model) -> str:
    """Return the address of a row's own page."""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def action(label: str, name: str, *args: Any, may: str = "") -> Action:
    """Return a button that leads to a page of the admin."""
    return Action(label=label, url=reverse(f"admin:{name}", args=args), may=may)


def in_place(label: str, what: str, row: Model, *, seen: str = "") -> Action:
    """Return a button that does one safe step here."""
    return Action(label=label, url=reverse("today_do", args=[what, row.pk]), posts=True, seen=seen)


def about_party(booking: Booking) -> str:
    """Return "Sat, Dec 5, 6:00 PM · 8 guests"."""
    return f"{date_format(booking.date, 'D, M j')}, {booking.time:%-I:%M %p} · {guests(booking)}"


def guests(booking: Booking) -> str:
    """Return "8 guests"."""
    return f"{booking.guests} guest{'' if booking.guests == 1 else 's'}"


def left(moment: dt.datetime, *, now: dt.datetime) -> str:
    """Return "in 25 minutes", or "any moment" once that is over."""
    return f"in {spelled(moment - now)}" if moment > now else "any moment"


def since(moment: dt.datetime, *, now: dt.datetime) -> str:
    """Return "3 days ago", or "just now"."""
    passed = now - moment
    return f"{spelled(passed)} ago" if passed >= dt.timedelta(minutes=1) else "just now"


def days_since(day: dt.date, *, now: dt.datetime) -> str:
    """Return "today", "yesterday" or "5 days ago", at the venue."""
    days = (timezone.localdate(now) - day).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
