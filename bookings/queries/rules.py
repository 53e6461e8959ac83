"""The rules that apply now."""

import datetime as dt

from bookings.models import RuleBook
from bookings.rules import Rules
from bookings.slots import local_date


def current_rules(now: dt.datetime) -> Rules:
    """Return the rules for what is booked at this moment."""
    return RuleBook.objects.in_force(local_date(now)).rules()
