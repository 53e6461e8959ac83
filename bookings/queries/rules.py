"""The rules that apply now."""

import datetime as dt

from bookings.models import RuleBook
from bookings.rules import Rules
from bookings.slots import local_date


def current_rules(now: dt.datetime) -> Rules:
    """Return the rules for what is booked at this moment."""
    return RuleBook.objects.in_force(local_date(now)).rules()


def book_before(date: dt.date) -> RuleBook | None:
    """Return the rule book that one from `date` on takes over from; None before the first."""
    return RuleBook.objects.filter(effective_from__lt=date).order_by("-effective_from").first()
